import { assertEquals, assertThrows } from "@std/assert";
import { printWasm } from "../text/printed.ts";
import { WebAssembly } from "../../mod.ts";
import { exportsOf } from "./instances.ts";

const { RuntimeError } = WebAssembly;
const UNPAIRED = "Failed to encode string as UTF-8: contains unpaired surrogate";
