/**
 * Where the bytes of memories come from.
 *
 * @module
 */

/** What a memory's bytes are in. */
export type Buffer = ArrayBuffer | SharedArrayBuffer;
