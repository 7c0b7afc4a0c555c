/**
 * Names: UTF-8 without surrogates, overlong forms and replacement characters (specification 5.2.4 "Names").
 *
 * @module
 */

const decoder = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true });
const { fromCharCode } = String;
const decode = decoder.decode.bind(decoder) as (bytes: Uint8Array) => string;

/** The string that `bytes[start]` up to, not including, `bytes[end]` encode; null when they are not UTF-8. */
export function decodeUtf8(bytes: Uint8Array, start: number, end: number): string | null {
  // Short ASCII names are the rule, and a call of TextDecoder takes five times as long as this loop.
  if (end - start <= 24) {
    let text = "";
    let at = start;
    for (; at < end && bytes[at] < 0x80; at++) text += fromCharCode(bytes[at]);
    if (at === end) return text;
  }
  try {
    // A view of shared memory cannot be decoded on every host.
    const view = bytes.subarray(start, end);
    return decode(view.buffer instanceof ArrayBuffer ? view : view.slice());
  } catch {
    return null;
  }
}
