;; expect: attacked
;; A problem with 5 MiB of message and 5 MiB of details.
(data (i32.const 50000) "{},")
(func $invoke (result i32)
  (local $at i32)
  (local.set $at (call $repeat (i32.const 5242881) (i32.const 50000) (i32.const 3)))
  (i32.store8 (local.get $at) (i32.const 91))
  (i32.store8 (i32.add (local.get $at) (i32.const 1)) (i32.const 49))
  (drop (call $problem (i32.const 72) (i32.const 8)))
  ;; the message, and the details
  (i32.store (i32.const 36880) (local.get $at))
  (i32.store (i32.const 36884) (i32.const 5242881))
  (i32.store8 (i32.const 36932) (i32.const 1))
  (i32.store (i32.const 36936) (local.get $at))
  (i32.store (i32.const 36940) (i32.const 5242881))
  (i32.const 36864))
