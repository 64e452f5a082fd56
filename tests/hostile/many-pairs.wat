;; expect: refused.query
(data (i32.const 50000) "/x")
(func $invoke (result i32)
  (call $send (i32.const 0) (i32.const 0) (i32.const 50000) (i32.const 2) (call $room (i32.const 640000)) (i32.const 40000)
    (i32.const 0) (i32.const 0) (i32.const 0) (i32.const 0) (i32.const 0) (i32.const 0) (i32.const 32768))
  (call $refused))
