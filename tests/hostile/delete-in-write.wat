;; expect: refused.effect
;; effect: write
;; Its manifest says that it writes and can be undone, so nobody was asked to confirm a deletion.
(data (i32.const 50000) "/meetings/81234500001")
(func $invoke (result i32)
  (call $send (i32.const 4) (i32.const 0) (i32.const 50000) (i32.const 21) (i32.const 0) (i32.const 0)
    (i32.const 0) (i32.const 0) (i32.const 0) (i32.const 0) (i32.const 0) (i32.const 0) (i32.const 32768))
  (call $refused))
