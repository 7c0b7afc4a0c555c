;; Calls functions of native libraries: of libm and zlib. See native.ts.
(module
  (import "m" "cbrt" (func $cbrt (param f64) (result f64)))
  (import "m" "hypot" (func $hypot (param f64 f64) (result f64)))
  (import "z" "crc32" (func $crc32 (param i64 externref i32) (result i64)))
  (memory (export "memory") 1)
  (data (i32.const 0) "The quick brown fox jumps over the lazy dog")

  ;; The sum of the cube roots of 1 to n.
  (func (export "cubeRoots") (param $n i32) (result f64) (local $sum f64)
    (loop $again
      (local.set $sum (f64.add (local.get $sum) (call $cbrt (f64.convert_i32_s (local.get $n)))))
      (br_if $again (local.tee $n (i32.sub (local.get $n) (i32.const 1)))))
    (local.get $sum))

  (func (export "diagonal") (param f64 f64) (result f64) (call $hypot (local.get 0) (local.get 1)))

  ;; The checksum of the text at address 0, which JavaScript hands over as an array of bytes.
  (func (export "checksum") (param $bytes externref) (result i32)
    (i32.wrap_i64 (call $crc32 (i64.const 0) (local.get $bytes) (i32.const 43)))))
