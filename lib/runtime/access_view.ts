/**
 * The `DataView` through which generated code accesses memories. Its methods are the host's as they were when the library was
 * loaded: patching `DataView.prototype` later changes nothing. (V8 and JavaScriptCore inline them as they do the originals; called by
 * `Function.prototype.call` they would take ten times as long on V8.)
 *
 * @module
 */

const { create, freeze, getOwnPropertyDescriptors, setPrototypeOf } = Object;
const HostDataView = DataView;
const METHODS: object = freeze(create(null, getOwnPropertyDescriptors(DataView.prototype)));

/** A view of the first `byteLength` bytes of `buffer`. */
export function accessView(buffer: ArrayBuffer | SharedArrayBuffer, byteLength: number): DataView {
  return setPrototypeOf(new HostDataView(buffer, 0, byteLength), METHODS);
}
