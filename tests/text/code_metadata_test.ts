import { assert, assertEquals, assertThrows } from "@std/assert";
import { branchHint, decodeCodeMetadata } from "../../lib/binary/code_metadata.ts";
import { decodeModule } from "../../lib/binary/decode.ts";
import { WatError } from "../../lib/text/error.ts";
import { printModule } from "../../lib/text/print_module.ts";
import { watToWasm } from "../../lib/text/wat.ts";

const LIKELY = '(@metadata.code.branch_hint "\\01")';
const UNLIKELY = '(@metadata.code.branch_hint "\\00")';

/** The hints of each function: the bytes at their offsets in the body, and whether the branch is likely. */
function hintsOf(text: string): [number, [opcode: number, hint: boolean | null][]][] {
  const module = decodeModule(watToWasm(text));
  const section = module.customSections.find(({ name }) => name === "metadata.code.branch_hint")!;
  return [...decodeCodeMetadata(section)!].map(([index, items]) => {
    const { bytes, start } = module.functions[index].body!;
    return [index, items.map(({ offset, payload }) => [bytes[start + offset], branchHint(payload)])];
  });
}

const IF = 0x04;
const BR_IF = 0x0d;

Deno.test("a branch hint belongs to the instruction behind it", () => {
  assertEquals(
    hintsOf(
      `(func) (func (param i32) (block (local.get 0) ${LIKELY} br_if 0 (local.get 0) ${UNLIKELY} if end))`,
    ),
    [[1, [[BR_IF, true], [IF, false]]]],
  );
});

Deno.test("a branch hint in front of a folded instruction belongs to that, not to its operands", () => {
  assertEquals(
    hintsOf(
      `(func (param i32) (block ${LIKELY} (br_if 0 (local.get 0)) ${UNLIKELY} (if (local.get 0) (then))))`,
    ),
    [[0, [[BR_IF, true], [IF, false]]]],
  );
});

Deno.test("a branch hint behind the operands of a folded instruction belongs to that", () => {
  assertEquals(
    hintsOf(
      `(func (param i32) (block (br_if 0 (local.get 0) ${LIKELY}) (if (local.get 0) ${UNLIKELY} (then))))`,
    ),
    [[0, [[BR_IF, true], [IF, false]]]],
  );
});

Deno.test("functions are numbered with the imports", () => {
  assertEquals(hintsOf(`(import "m" "f" (func)) (func (i32.const 0) ${LIKELY} (if (then)))`), [[1, [[
    IF,
    true,
  ]]]]);
});

Deno.test("the sections of code metadata stand in front of the code", () => {
  const { customSections } = decodeModule(watToWasm(
    `(@custom "a" (before code)) (@custom "z") (func ${UNLIKELY} (if (i32.const 0) (then (@metadata.code.other "xy" "z") nop)))`,
  ));
  assertEquals(customSections.map(({ name, after }) => [name, after]), [
    ["a", 3],
    ["metadata.code.branch_hint", 3],
    ["metadata.code.other", 3],
    ["z", 10],
  ]);
});

const REFUSALS: readonly (readonly [string, string])[] = [
  [
    `(func (if ${LIKELY}\n  (i32.const 0) (then)))`,
    '1:11: expected "if" or "br_if" after a @metadata.code.branch_hint annotation, found "i32.const"',
  ],
  [
    `(func (i32.const 0)\n ${LIKELY} ${LIKELY} if end)`,
    "2:37: duplicate @metadata.code.branch_hint annotation",
  ],
  [
    `(func (i32.const 0) (@metadata.code.branch_hint "\\02") if end)`,
    '1:21: expected "\\00" or "\\01" as a branch hint',
  ],
  [`(func (i32.const 0) (@metadata.code.branch_hint 1) if end)`, '1:49: expected a string, found "1"'],
  [
    `(func (if (i32.const 0) (then) ${LIKELY} (else)))`,
    "1:32: misplaced @metadata.code.branch_hint annotation",
  ],
  [`(func (i32.const 0) if ${LIKELY} end)`, "1:24: misplaced @metadata.code.branch_hint annotation"],
  [`(func nop ${LIKELY})`, "1:11: misplaced @metadata.code.branch_hint annotation"],
  [`${LIKELY} (func)`, "1:1: misplaced @metadata.code.branch_hint annotation"],
  [`(global i32 ${LIKELY} (i32.const 0))`, "1:13: misplaced @metadata.code.branch_hint annotation"],
];

for (const [text, message] of REFUSALS) {
  Deno.test(`refused: ${text.replace("\n", " ")}`, () => {
    assertEquals(assertThrows(() => watToWasm(text), WatError).message, message);
  });
}

const HINTED = `(module
  (@custom "other" (before code) "x")
  (func (param i32) (result i32)
    ${UNLIKELY} (if (result i32) (local.get 0)
      (then ${LIKELY} (if (local.get 0) (then (@metadata.code.other "\\ff") nop)) (i32.const 1))
      (else (block ${LIKELY} (br_if 0 (local.get 0))) (i32.const 2)))))`;

for (const folded of [false, true]) {
  Deno.test(`code metadata is printed in front of its instruction, ${folded ? "folded" : "flat"}`, () => {
    const bytes = watToWasm(HINTED);
    const text = printModule(decodeModule(bytes), { folded });
    assertEquals(text.match(/\(@metadata\.code\.\w+ "[^"]*"\) \(?[a-z_.]+/g), [
      `${UNLIKELY} ${folded ? "(" : ""}if`,
      `${LIKELY} ${folded ? "(" : ""}if`,
      `(@metadata.code.other "\\ff") ${folded ? "(" : ""}nop`,
      `${LIKELY} ${folded ? "(" : ""}br_if`,
    ]);
    assertEquals(watToWasm(text), bytes);
  });
}

const SECTION = (contents: string, place = "before code") =>
  `(@custom "metadata.code.branch_hint" (${place}) "${contents}")`;
const BODY = "(func (i32.const 0) if end)";

const UNPRINTABLE: Readonly<Record<string, string>> = {
  "is malformed": `${SECTION("\\01")} ${BODY}`,
  "points between instructions": `${SECTION("\\01\\00\\01\\02\\01\\00")} ${BODY}`,
  "points to another instruction": `${SECTION("\\01\\00\\01\\01\\01\\00")} ${BODY}`,
  "points to another function": `${SECTION("\\01\\01\\01\\03\\01\\00")} ${BODY}`,
  "has other bytes": `${SECTION("\\01\\00\\01\\03\\01\\02")} ${BODY}`,
  "is there twice": `${SECTION("\\01\\00\\01\\03\\01\\00")} ${SECTION("\\01\\00\\01\\03\\01\\00")} ${BODY}`,
  "stands behind the code": `${SECTION("\\01\\00\\01\\03\\01\\00", "after code")} ${BODY}`,
  "hints nothing": `${SECTION("\\00")} ${BODY}`,
};

for (const [what, module] of Object.entries(UNPRINTABLE)) {
  Deno.test(`a section of branch hints that ${what} is printed as it is`, () => {
    const bytes = watToWasm(module);
    const text = printModule(decodeModule(bytes));
    assert(text.includes('(@custom "metadata.code.branch_hint"'), text);
    assertEquals(watToWasm(text), bytes);
  });
}
