;; expect: guest.output
;; A million empty pairs of a query.
(data (i32.const 50000) "/x")
(func $invoke (result i32)
  (call $send (i32.const 0) (i32.const 0) (i32.const 50000) (i32.const 2) (call $room (i32.const 16000000)) (i32.const 1000000)
    (i32.const 0) (i32.const 0) (i32.const 0) (i32.const 0) (i32.const 0) (i32.const 0) (i32.const 32768))
  (call $refused))
