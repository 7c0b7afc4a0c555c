import { assertEquals } from "@std/assert";
import { encodeNames } from "../../lib/binary/encode_names.ts";

Deno.test("encodeNames() is empty without names", () => {
  assertEquals(encodeNames({}).length, 0);
  assertEquals(
    encodeNames({ module: null, functions: new Map(), locals: new Map([[0, new Map()]]) }).length,
    0,
  );
});

Deno.test("encodeNames() sorts names by index", () => {
  assertEquals([...encodeNames({ functions: new Map([[2, "b"], [0, "a"]]) })], [
    1,
    7,
    2,
    0,
    1,
    0x61,
    2,
    1,
    0x62,
  ]);
});

Deno.test("encodeNames() leaves out functions without named locals", () => {
  const locals = new Map([[0, new Map()], [3, new Map([[1, "x"]])]]);
  assertEquals([...encodeNames({ locals })], [2, 6, 1, 3, 1, 1, 1, 0x78]);
});

Deno.test("encodeNames() writes names as UTF-8", () => {
  assertEquals([...encodeNames({ module: "ä" })], [0, 3, 2, 0xc3, 0xa4]);
});
