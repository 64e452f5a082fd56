;; expect: guest.deadline
;; timeout: 1s
;; It goes on although it gets no more.
(func $invoke (result i32) (loop $again (drop (memory.grow (i32.const 1))) (br $again)) (unreachable))
