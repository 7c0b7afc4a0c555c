/**
 * Prints the tokens of texts by the npm package @dqbd/tiktoken, which is written in Rust.
 *
 * @module
 */

import { get_encoding } from "@dqbd/tiktoken";
import "./engine_in_use.ts";

const TEXTS = [
  "",
  "hello world",
  "The quick brown fox doesn't jump over 1234567890 lazy dogs; it's 3.14159!",
  "  leading spaces\tand tabs\r\n\r\nlines  \n",
  "äöü ß € 😀 👩‍👩‍👧 漢字かな交じり文 한국어 العربية",
  "function add(a, b) {\n    return a + b; // sum\n}\n".repeat(20),
  "a".repeat(300),
  "<|endoftext|>",
];

for (const name of ["gpt2", "cl100k_base"] as const) {
  const encoding = get_encoding(name);
  console.log(name, encoding.name);
  for (const text of TEXTS) {
    const tokens = encoding.encode(text, "all");
    const decoded = new TextDecoder().decode(encoding.decode(tokens));
    console.log(tokens.length, tokens.slice(0, 40).join(), decoded === text);
  }
  try {
    encoding.encode("<|endoftext|>");
  } catch (error) {
    console.log("thrown:", String(error));
  }
  console.log(encoding.encode_ordinary("<|endoftext|> plain").join());
  encoding.free();
}
