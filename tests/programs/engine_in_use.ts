/**
 * Tells on standard error whether the `WebAssembly` in use is the host's own.
 *
 * @module
 */

const native = Function.prototype.toString.call(WebAssembly.Module).includes("[native code]");
console.error(`WebAssembly: ${native ? "host" : "polyfill"}`);
