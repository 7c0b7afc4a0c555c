import { assertEquals, assertThrows } from "@std/assert";
import { WatError } from "../../lib/text/error.ts";
import { tokenize, TokenKind } from "../../lib/text/lexer.ts";

/** The kinds and texts of the tokens before the end. */
function tokens(text: string): [kind: number, word: string][] {
  const { kinds, starts, ends } = tokenize(text);
  const result: [number, string][] = [];
  for (let i = 0; kinds[i] !== TokenKind.End; i++) result.push([kinds[i], text.slice(starts[i], ends[i])]);
  return result;
}

function words(text: string): string[] {
  return tokens(text).map(([, word]) => word);
}

function refuses(text: string, message: string): void {
  assertThrows(() => tokenize(text), WatError, message);
}

Deno.test("tokenize() tells the kinds of tokens apart", () => {
  assertEquals(tokens('(i32.add $x "s" -0x1p+3)'), [
    [TokenKind.Open, "("],
    [TokenKind.Keyword, "i32.add"],
    [TokenKind.Id, "$x"],
    [TokenKind.String, '"s"'],
    [TokenKind.Number, "-0x1p+3"],
    [TokenKind.Close, ")"],
  ]);
});

Deno.test("tokenize() takes identifiers written as strings", () => {
  assertEquals(tokens('$"a b"'), [[TokenKind.Id, '$"a b"']]);
});

Deno.test("tokenize() needs space between words, strings and identifiers", () => {
  assertEquals(tokens('"a""b"'), [[TokenKind.Reserved, '"a""b"']]);
  assertEquals(tokens('x"b"'), [[TokenKind.Reserved, 'x"b"']]);
  assertEquals(tokens('$x"b"'), [[TokenKind.Reserved, '$x"b"']]);
  assertEquals(tokens("a$x"), [[TokenKind.Keyword, "a$x"]]);
  assertEquals(tokens("0$x"), [[TokenKind.Number, "0$x"]]);
});

Deno.test("tokenize() makes punctuation reserved tokens of one character", () => {
  assertEquals(tokens(",]"), [[TokenKind.Reserved, ","], [TokenKind.Reserved, "]"]]);
});

Deno.test("tokenize() skips line comments up to LF and CR", () => {
  assertEquals(words("a ;; b ) \n c ;;d\re;;f"), ["a", "c", "e"]);
});

Deno.test("tokenize() nests block comments", () => {
  assertEquals(words('a (; b (; c ;) " ;) d'), ["a", "d"]);
});

Deno.test("tokenize() refuses a block comment that does not end", () => {
  refuses("(; (; ;)", "1:1: unclosed comment");
});

Deno.test("tokenize() finds the closing parenthesis of each opening one", () => {
  const { closings } = tokenize("(a (b) (c");
  assertEquals(closings[2], 4);
  assertEquals(closings[0], 7);
});

Deno.test("tokenize() keeps quotes behind backslashes inside of strings", () => {
  assertEquals(words('"a\\"b" c'), ['"a\\"b"', "c"]);
});

Deno.test("tokenize() refuses strings that do not end on their line", () => {
  refuses('"abc', "1:1: unclosed string");
  refuses('x "abc\n"', "1:3: unclosed string");
});

Deno.test("tokenize() refuses control characters in strings", () => {
  refuses('"a\x01"', "1:3: illegal character in a string");
  refuses('"a\x7f"', "1:3: illegal character in a string");
});

Deno.test("tokenize() refuses characters beyond ASCII outside of strings and comments", () => {
  assertEquals(words('"Ä" ;; Ö\n (; Ü ;) b'), ['"Ä"', "b"]);
  refuses("a\nbä", "2:2: illegal character U+00E4");
  refuses("\x00", "1:1: illegal character U+0000");
});

Deno.test("tokenize() refuses empty identifiers", () => {
  refuses("$", "empty identifier");
  refuses('$""', "empty identifier");
  refuses('$ "a"', "empty identifier");
});

Deno.test("tokenize() skips annotations with everything inside", () => {
  assertEquals(words('a (@x y (z ")") (; ) ;) , 0x [) b (@"q r" 1) c'), ["a", "b", "c"]);
});

Deno.test("tokenize() reports the annotations asked for", () => {
  const text = 'a (@x 1) (@y "s") b';
  const { annotations } = tokenize(text, 0, text.length, (id) => id === "y");
  assertEquals(annotations.map(({ id, before }) => [id, before]), [["y", 1]]);
  assertEquals(text.slice(annotations[0].contentStart, annotations[0].end), ' "s"');
});

Deno.test("tokenize() refuses malformed annotations", () => {
  refuses("(@)", "empty annotation id");
  refuses("(@ x)", "empty annotation id");
  refuses('(@"")', "empty annotation id");
  refuses("(@x (y)", "unclosed annotation");
  refuses("(@x ä)", "illegal character");
});

Deno.test("tokenize() counts lines that end with LF, CR or CR LF", () => {
  refuses("a\nb\rc\r\n  ä", "4:3: ");
});
