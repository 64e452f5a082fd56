;; expect: refused.expectation
(data (i32.const 50000) "/x")
(func $invoke (result i32)
  ;; the request: a path without more
  (i32.store (i32.const 40968) (i32.const 50000))
  (i32.store (i32.const 40972) (i32.const 2))
  ;; the label, and the content types
  (i32.store (i32.const 41008) (i32.const 72))
  (i32.store (i32.const 41012) (i32.const 8))
  (i32.store (i32.const 41032) (call $room (i32.const 80000)))
  (i32.store (i32.const 41036) (i32.const 10000))
  (call $download (i32.const 40960) (i32.const 32768))
  (call $refused))
