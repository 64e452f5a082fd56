;; expect: guest.output
;; Text of 11 MiB that would become some hundreds of MiB of values.
(data (i32.const 50000) "{},")
(func $invoke (result i32)
  (local $at i32)
  (local.set $at (call $repeat (i32.const 11534334) (i32.const 50000) (i32.const 3)))
  (i32.store8 (local.get $at) (i32.const 91))
  (i32.store8 (i32.add (local.get $at) (i32.const 1)) (i32.const 49))
  (call $ok (local.get $at) (i32.const 11534334)))
