;; expect: connector.compile
(component (core module (memory 1) (memory 1)))
