;; expect: connector.compile
;; A thread that counts in shared memory is a clock.
(component (core module (memory 1 1 shared)))
