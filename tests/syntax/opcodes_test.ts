import { assert, assertEquals, assertStrictEquals } from "@std/assert";
import { ALL_FEATURES, DEFAULT_FEATURES } from "../../lib/syntax/features.ts";
import {
  ADDRESS,
  CODE,
  ONE_BYTE_OPCODES,
  opcodeOf,
  OPCODES,
  prefixed,
  prefixOf,
} from "../../lib/syntax/opcodes.ts";

Deno.test("opcodes are sorted and each stands once", () => {
  for (let i = 1; i < OPCODES.length; i++) assert(OPCODES[i - 1].code < OPCODES[i].code);
});

Deno.test("opcodes are one byte or a prefix from 0xfb to 0xfe with a number", () => {
  for (const { code } of OPCODES) {
    assert(code < 0xfb || prefixOf(code) >= 0xfb && prefixOf(code) <= 0xfe);
  }
});

Deno.test("opcodeOf() finds what the table lists", () => {
  for (const opcode of OPCODES) assertStrictEquals(opcodeOf(opcode.code), opcode);
  assertEquals(opcodeOf(0xff), undefined);
  assertEquals(opcodeOf(prefixed(0xfc, 0xfff)), undefined);
  assertStrictEquals(ONE_BYTE_OPCODES[0x6a], opcodeOf(CODE["i32.add"]));
});

Deno.test("mnemonics stand for one instruction, but for binary variants", () => {
  const twice = OPCODES.map(({ mnemonic }) => mnemonic).filter((name, i, names) => names.indexOf(name) !== i);
  assertEquals(twice, ["select", "ref.test", "ref.cast", "ref.cast_desc_eq"]);
});

Deno.test("every feature of an instruction can be switched", () => {
  for (const { feature } of OPCODES) assert(ALL_FEATURES.has(feature));
  for (const feature of DEFAULT_FEATURES) assert(ALL_FEATURES.has(feature));
});

Deno.test("memory accesses have an address and a width that is a power of two", () => {
  for (const { mnemonic, immediates, signature, accessWidth } of OPCODES) {
    if (!/^(memarg|atomic)\d/.test(immediates[0] ?? "")) continue;
    assert([1, 2, 4, 8, 16].includes(accessWidth), mnemonic);
    assertEquals(signature?.params[0], ADDRESS, mnemonic);
  }
});
