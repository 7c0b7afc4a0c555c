;; The same through function references, which need typed function references.
(module
  (type $next (func (param i32 i64 (ref null $next)) (result i64)))

  ;; Two functions that are handed each other.
  (elem declare func $forth $home)
  (func $forth (type $next)
    (if (i32.eqz (local.get 0)) (then (return (local.get 1))))
    (return_call_ref $next (i32.sub (local.get 0) (i32.const 1))
      (i64.add (local.get 1) (i64.const 3)) (ref.func $forth) (local.get 2)))
  (func $home (type $next)
    (if (i32.eqz (local.get 0)) (then (return (local.get 1))))
    (return_call_ref $next (i32.sub (local.get 0) (i32.const 1))
      (i64.xor (local.get 1) (i64.const 5)) (ref.func $home) (local.get 2)))
  (func (export "reference") (param i32) (result i32)
    (i32.wrap_i64 (call $forth (local.get 0) (i64.const 0) (ref.func $home)))))
