;; expect: connector.load
;; It asks for files, which no connector may.
(component
  (import "wasi:filesystem/preopens@0.2.0" (instance (export "get-directories" (func)))))
