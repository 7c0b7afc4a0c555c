/**
 * Prints what the npm package hash-wasm computes: every algorithm it has, at once and in pieces, over inputs of several
 * lengths.
 *
 * @module
 */

import * as hashes from "hash-wasm";
import "./engine_in_use.ts";

type Hash = (data: Uint8Array, ...parameters: unknown[]) => Promise<string>;
interface Hasher {
  init(): Hasher;
  update(data: Uint8Array): Hasher;
  digest(): string;
}

const inputs = [0, 1, 63, 64, 65, 1000, 100_003].map((length) => {
  const input = new Uint8Array(length);
  let state = 12345;
  for (let i = 0; i < length; i++) input[i] = (state = Math.imul(state, 1103515245) + 12345) >>> 16;
  return input;
});

const plain = [
  "adler32",
  "blake2b",
  "blake2s",
  "blake3",
  "crc32",
  "crc64",
  "keccak",
  "md4",
  "md5",
  "ripemd160",
  "sha1",
  "sha224",
  "sha256",
  "sha3",
  "sha384",
  "sha512",
  "sm3",
  "whirlpool",
  "xxhash128",
  "xxhash3",
  "xxhash32",
  "xxhash64",
];

const table = hashes as unknown as Record<string, Hash> & Record<string, () => Promise<Hasher>>;

for (const name of plain) {
  for (const input of inputs) console.log(name, input.length, await table[name](input));
  const constructor = name.startsWith("xx") ? `XXHash${name.slice(6)}` : name;
  const create = Object.keys(table).find((key) =>
    key.toLowerCase() === `create${constructor.toLowerCase()}`
  )!;
  const hasher = await (table[create] as () => Promise<Hasher>)();
  hasher.init();
  for (const input of inputs) hasher.update(input);
  console.log(name, "in pieces", hasher.digest());
}

const password = "correct horse";
const salt = new TextEncoder().encode("battery staple!!");
console.log("blake2b keyed", await hashes.blake2b("data", 256, "key"));
console.log("blake3 keyed", await hashes.blake3("data", 256, new Uint8Array(32)));
console.log("sha3-384", await hashes.sha3("data", 384));
console.log("xxhash64 seeded", await hashes.xxhash64("data", 1, 2));
console.log(
  "hmac",
  await hashes.createHMAC(hashes.createSHA256(), "key").then((hmac) => hmac.update("x").digest()),
);
console.log(
  "pbkdf2",
  await hashes.pbkdf2({
    password,
    salt,
    iterations: 100,
    hashLength: 32,
    hashFunction: hashes.createSHA512(),
    outputType: "hex",
  }),
);
console.log(
  "scrypt",
  await hashes.scrypt({
    password,
    salt,
    costFactor: 256,
    blockSize: 8,
    parallelism: 1,
    hashLength: 32,
    outputType: "hex",
  }),
);
console.log("bcrypt", await hashes.bcrypt({ password, salt, costFactor: 4, outputType: "encoded" }));
for (const name of ["argon2i", "argon2d", "argon2id"] as const) {
  const options = { password, salt, parallelism: 2, iterations: 2, memorySize: 256, hashLength: 32 };
  console.log(name, await hashes[name]({ ...options, outputType: "encoded" }));
}
