;; The same with the instructions that C++ compilers have emitted for years.
(module
  (tag $t (param i32))
  (func $throw (param i32) (throw $t (local.get 0)))
  (func $rarely (param i32) (result i32)
    (if (i32.eqz (i32.and (local.get 0) (i32.const 63))) (then (throw $t (local.get 0))))
    (i32.add (local.get 0) (i32.const 1)))
  (func $pass (param i32) (try (do (call $throw (local.get 0))) (catch_all (rethrow 0))))

  (func (export "legacy caller") (param i32) (result i32) (local $s i32)
    (loop $l
      (try (result i32) (do (call $throw (local.get 0)) (i32.const 0)) (catch $t))
      (local.set $s (i32.add (local.get $s)))
      (br_if $l (local.tee 0 (i32.sub (local.get 0) (i32.const 1)))))
    (local.get $s))
  (func (export "legacy rare") (param i32) (result i32) (local $s i32)
    (loop $l
      (try (result i32) (do (call $rarely (local.get 0))) (catch $t))
      (local.set $s (i32.add (local.get $s)))
      (br_if $l (local.tee 0 (i32.sub (local.get 0) (i32.const 1)))))
    (local.get $s))
  (func (export "legacy rethrown") (param i32) (result i32) (local $s i32)
    (loop $l
      (try (result i32) (do (call $pass (local.get 0)) (i32.const 0)) (catch $t))
      (local.set $s (i32.add (local.get $s)))
      (br_if $l (local.tee 0 (i32.sub (local.get 0) (i32.const 1)))))
    (local.get $s)))
