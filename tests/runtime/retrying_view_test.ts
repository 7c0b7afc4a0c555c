import { assertEquals, assertThrows } from "@std/assert";
import { type AccessView, RetryingView } from "../../lib/runtime/retrying_view.ts";

class GrownElsewhere {
  refreshes = 0;
  views: { data: AccessView };
  readonly #lengths: number[];

  constructor(...lengths: number[]) {
    this.views = this.#viewsOf(lengths[0]);
    this.#lengths = lengths.slice(1);
  }

  refresh(): boolean {
    this.refreshes++;
    const length = this.#lengths.shift();
    if (length === undefined) return false;
    this.views = this.#viewsOf(length);
    return true;
  }

  #viewsOf(length: number): { data: AccessView } {
    return { data: new RetryingView(this, new DataView(new ArrayBuffer(length))) };
  }
}

const METHODS = ["Int8", "Int16", "Int32", "Float32", "Float64"] as const;

Deno.test("RetryingView tries an access behind the end again when the memory has grown", () => {
  for (const type of METHODS) {
    const memory = new GrownElsewhere(8, 16);
    const { data: view } = memory.views;
    view[`set${type}`](8, 5, true);
    assertEquals([view[`get${type}`](8, true), memory.refreshes], [5, 1]);
  }
});

Deno.test("RetryingView looks at the memory only when an access fails", () => {
  const memory = new GrownElsewhere(8, 16);
  const { data: view } = memory.views;
  view.setInt32(4, 7, true);
  assertEquals([view.getInt32(4, true), view.getUint8(4), view.getUint16(4, true), memory.refreshes], [
    7,
    7,
    7,
    0,
  ]);
});

Deno.test("RetryingView passes on the error when the memory has not grown, or not enough", () => {
  const memory = new GrownElsewhere(8, 16);
  const { data: view } = memory.views;
  assertThrows(() => view.getInt32(16, true), RangeError);
  assertThrows(() => view.getInt32(16, true), RangeError);
});
