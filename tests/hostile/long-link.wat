;; expect: refused.link
(data (i32.const 50000) "http://127.0.0.1:1/x")
(func $invoke (result i32)
  (call $send (i32.const 0) (i32.const 1) (call $repeat (i32.const 8388608) (i32.const 50000) (i32.const 20)) (i32.const 8388608) (i32.const 0) (i32.const 0)
    (i32.const 0) (i32.const 0) (i32.const 0) (i32.const 0) (i32.const 0) (i32.const 0) (i32.const 32768))
  (call $refused))
