;; expect: guest.deadline
;; timeout: 1s
(data (i32.const 50000) "bytes")
(func $invoke (result i32)
  (loop $again
    (call $progress (i64.const 1) (i32.const 1) (i64.const 1) (i32.const 50000) (i32.const 5))
    (br $again))
  (unreachable))
