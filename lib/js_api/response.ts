/**
 * Responses of `fetch` as sources of modules (Web API, section 3 "Streaming Module Compilation and Instantiation").
 *
 * @module
 */

const { toLowerCase } = String.prototype;

/**
 * The body of a response, or of a promise of one.
 *
 * @throws {TypeError} when it is no `Response`, is not of type `application/wasm`, reports a failure, or its body has
 * been read already.
 */
export async function responseBytes(operation: string, source: unknown): Promise<Uint8Array> {
  const refuse = (reason: string) =>
    new TypeError(`Failed to execute '${operation}' on 'WebAssembly': ${reason}`);
  const response = await source;
  const { Response } = globalThis;
  if (typeof Response !== "function" || !(response instanceof Response)) {
    throw refuse("An argument must be provided, which must be a Response or Promise<Response> object");
  }
  const type = toLowerCase.call((response.headers.get("content-type") ?? "").trim());
  if (type !== "application/wasm") {
    throw refuse("Incorrect response MIME type. Expected 'application/wasm'.");
  }
  if (!response.ok) throw refuse("HTTP status code is not ok");
  return new Uint8Array(await response.arrayBuffer());
}
