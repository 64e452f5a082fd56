;; expect: refused.body
(data (i32.const 50000) "/x")
(func $invoke (result i32)
  (call $send (i32.const 1) (i32.const 0) (i32.const 50000) (i32.const 2) (i32.const 0) (i32.const 0)
    (i32.const 0) (i32.const 0) (i32.const 1) (call $repeat (i32.const 10485760) (i32.const 72) (i32.const 8)) (i32.const 10485760) (i32.const 0) (i32.const 32768))
  (call $refused))
