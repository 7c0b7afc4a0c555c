/**
 * Prints what the npm package brotli-wasm compresses: texts and noise of several lengths, at several qualities, at once and as a
 * stream, and back.
 *
 * @module
 */

import { Buffer } from "node:buffer";
import { createHash } from "node:crypto";
import { createRequire } from "node:module";
import "./engine_in_use.ts";

interface Compressor {
  /** Without input: the end. */
  compress(input: Uint8Array | undefined, outputSize: number): StreamResult;
}
interface Decompressor {
  decompress(input: Uint8Array, outputSize: number): StreamResult;
}
interface StreamResult {
  readonly code: number;
  readonly buf: Uint8Array;
  readonly input_offset: number;
}
interface Brotli {
  compress(input: Uint8Array, options: { quality: number }): Uint8Array;
  decompress(input: Uint8Array): Uint8Array;
  readonly CompressStream: new (quality: number) => Compressor;
  readonly DecompressStream: new () => Decompressor;
}

// As an ECMAScript module the package fetches a file, which Node refuses.
const brotli: Brotli = "Deno" in globalThis
  ? await (await import("brotli-wasm")).default as unknown as Brotli
  : createRequire(import.meta.url)("brotli-wasm");

const WORDS = "the quick brown fox jumps over a lazy dog while seven boxing wizards watch".split(" ");

function text(length: number): Uint8Array {
  let state = 1;
  let text = "";
  while (text.length < length) {
    state = Math.imul(state, 1103515245) + 12345 | 0;
    text += WORDS[(state >>> 16) % WORDS.length] + ((state & 0x300000) === 0 ? ".\n" : " ");
  }
  return new TextEncoder().encode(text.slice(0, length));
}

function noise(length: number): Uint8Array {
  let state = 54321;
  return Uint8Array.from({ length }, () => (state = Math.imul(state, 1103515245) + 12345) >>> 16);
}

const digest = (bytes: Uint8Array) => createHash("sha256").update(bytes).digest("hex").slice(0, 24);

for (const [name, make] of Object.entries({ text, noise })) {
  for (const length of [0, 1, 100, 5000, 30_000]) {
    const input = make(length);
    for (const quality of [1, 5, 9]) {
      const compressed = brotli.compress(input, { quality });
      const same = Buffer.compare(brotli.decompress(compressed), input) === 0;
      console.log(name, length, quality, compressed.length, digest(compressed), same);
    }
  }
}

const NEEDS_MORE_OUTPUT = 3;

/** What comes out for `input`, or for its end. */
function stream(
  pass: (input: Uint8Array | undefined, outputSize: number) => StreamResult,
  input?: Uint8Array,
) {
  const parts: Uint8Array[] = [];
  for (let result: StreamResult, rest = input;; rest = rest?.subarray(result.input_offset)) {
    result = pass(rest, 1000);
    parts.push(result.buf);
    if (result.code !== NEEDS_MORE_OUTPUT) return parts;
  }
}

const input = text(100_000);
const compressor = new brotli.CompressStream(6);
const decompressor = new brotli.DecompressStream();
const compressed: Uint8Array[] = [];
for (let at = 0; at < input.length; at += 7000) {
  compressed.push(...stream((part, size) => compressor.compress(part, size), input.subarray(at, at + 7000)));
}
compressed.push(...stream((part, size) => compressor.compress(part, size)));
console.log("stream", compressed.length, digest(Buffer.concat(compressed)));
const parts = compressed.flatMap((bytes) =>
  bytes.length === 0 ? [] : stream((part, size) => decompressor.decompress(part!, size), bytes)
);
console.log("and back", parts.length, Buffer.compare(Buffer.concat(parts), input) === 0);

try {
  brotli.decompress(noise(100));
} catch (error) {
  console.log("thrown:", String(error));
}
