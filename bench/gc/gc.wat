;; Programs over structs and arrays. Each export takes a number of repetitions and returns a checksum.
(module
  (type $node (struct (field $left (ref null $node)) (field $right (ref null $node))))

  (func $make (param $depth i32) (result (ref $node))
    (if (result (ref $node)) (local.get $depth)
      (then
        (struct.new $node
          (call $make (i32.sub (local.get $depth) (i32.const 1)))
          (call $make (i32.sub (local.get $depth) (i32.const 1)))))
      (else (struct.new_default $node))))
  (func $count (param $tree (ref null $node)) (result i32)
    (if (result i32) (ref.is_null (struct.get $node $left (local.get $tree)))
      (then (i32.const 1))
      (else
        (i32.add
          (i32.const 1)
          (i32.add
            (call $count (struct.get $node $left (local.get $tree)))
            (call $count (struct.get $node $right (local.get $tree))))))))
  ;; binary trees of 2^16 - 1 structs, made and walked
  (func (export "trees") (param $n i32) (result i32)
    (local $sum i32)
    (loop $again
      (local.set $sum (i32.add (local.get $sum) (call $count (call $make (i32.const 15)))))
      (br_if $again (local.tee $n (i32.sub (local.get $n) (i32.const 1)))))
    (local.get $sum))

  (type $bytes (array (mut i8)))
  (func $cross_out (param $composite (ref null $bytes)) (param $i i32)
    (local $j i32)
    (local.set $j (i32.shl (local.get $i) (i32.const 1)))
    (block $done
      (loop $multiples
        (br_if $done (i32.ge_u (local.get $j) (array.len (local.get $composite))))
        (array.set $bytes (local.get $composite) (local.get $j) (i32.const 1))
        (local.set $j (i32.add (local.get $j) (local.get $i)))
        (br $multiples))))
  (func $primes (param $composite (ref null $bytes)) (result i32)
    (local $i i32) (local $count i32)
    (local.set $i (i32.const 2))
    (loop $numbers
      (if (i32.eqz (array.get_u $bytes (local.get $composite) (local.get $i)))
        (then
          (local.set $count (i32.add (local.get $count) (i32.const 1)))
          (call $cross_out (local.get $composite) (local.get $i))))
      (br_if $numbers
        (i32.lt_u
          (local.tee $i (i32.add (local.get $i) (i32.const 1)))
          (array.len (local.get $composite)))))
    (local.get $count))
  ;; the primes below 2^20, sieved in an array of i8
  (func (export "bytes") (param $n i32) (result i32)
    (local $count i32)
    (loop $again
      (local.set $count (call $primes (array.new_default $bytes (i32.const 0x100000))))
      (br_if $again (local.tee $n (i32.sub (local.get $n) (i32.const 1)))))
    (local.get $count))

  (type $ints (array (mut i32)))
  (func $shuffled (param $length i32) (result (ref $ints))
    (local $array (ref $ints)) (local $i i32) (local $x i32)
    (local.set $array (array.new_default $ints (local.get $length)))
    (loop $fill
      (local.set $x (i32.add (i32.mul (local.get $x) (i32.const 1664525)) (i32.const 1013904223)))
      (array.set $ints (local.get $array) (local.get $i) (local.get $x))
      (br_if $fill
        (i32.lt_u (local.tee $i (i32.add (local.get $i) (i32.const 1))) (local.get $length))))
    (local.get $array))
  (func $swap (param $array (ref $ints)) (param $i i32) (param $j i32)
    (local $x i32)
    (local.set $x (array.get $ints (local.get $array) (local.get $i)))
    (array.set $ints (local.get $array) (local.get $i) (array.get $ints (local.get $array) (local.get $j)))
    (array.set $ints (local.get $array) (local.get $j) (local.get $x)))
  (func $sort (param $array (ref $ints)) (param $low i32) (param $high i32)
    (local $pivot i32) (local $i i32) (local $j i32)
    (if (i32.ge_s (local.get $low) (local.get $high)) (then (return)))
    (local.set $pivot
      (array.get $ints
        (local.get $array)
        (i32.shr_u (i32.add (local.get $low) (local.get $high)) (i32.const 1))))
    (local.set $i (local.get $low))
    (local.set $j (local.get $high))
    (block $partitioned
      (loop $partition
        (loop $up
          (if (i32.lt_s (array.get $ints (local.get $array) (local.get $i)) (local.get $pivot))
            (then (local.set $i (i32.add (local.get $i) (i32.const 1))) (br $up))))
        (loop $down
          (if (i32.gt_s (array.get $ints (local.get $array) (local.get $j)) (local.get $pivot))
            (then (local.set $j (i32.sub (local.get $j) (i32.const 1))) (br $down))))
        (br_if $partitioned (i32.gt_s (local.get $i) (local.get $j)))
        (call $swap (local.get $array) (local.get $i) (local.get $j))
        (local.set $i (i32.add (local.get $i) (i32.const 1)))
        (local.set $j (i32.sub (local.get $j) (i32.const 1)))
        (br_if $partition (i32.le_s (local.get $i) (local.get $j)))))
    (call $sort (local.get $array) (local.get $low) (local.get $j))
    (call $sort (local.get $array) (local.get $i) (local.get $high)))
  ;; quicksort of 100,000 i32s
  (func (export "ints") (param $n i32) (result i32)
    (local $array (ref null $ints))
    (loop $again
      (local.set $array (call $shuffled (i32.const 100000)))
      (call $sort (ref.as_non_null (local.get $array)) (i32.const 0) (i32.const 99999))
      (br_if $again (local.tee $n (i32.sub (local.get $n) (i32.const 1)))))
    (array.get $ints (local.get $array) (i32.const 12345)))

  (func $prefixes (param $length i32) (param $first i32) (result i32)
    (local $array (ref null $ints)) (local $i i32)
    (local.set $array (array.new $ints (local.get $first) (local.get $length)))
    (local.set $i (i32.const 1))
    (loop $elements
      (array.set $ints
        (local.get $array)
        (local.get $i)
        (i32.add
          (array.get $ints (local.get $array) (i32.sub (local.get $i) (i32.const 1)))
          (local.get $i)))
      (br_if $elements
        (i32.lt_u
          (local.tee $i (i32.add (local.get $i) (i32.const 1)))
          (array.len (local.get $array)))))
    (array.get $ints (local.get $array) (i32.sub (local.get $i) (i32.const 1))))
  ;; 100,000 arrays of 2 to 17 i32s: made, filled and read
  (func (export "short arrays") (param $n i32) (result i32)
    (local $i i32) (local $sum i32)
    (loop $again
      (local.set $i (i32.const 100000))
      (loop $arrays
        (local.set $sum
          (i32.add
            (local.get $sum)
            (call $prefixes
              (i32.add (i32.and (local.get $i) (i32.const 15)) (i32.const 2))
              (local.get $i))))
        (br_if $arrays (local.tee $i (i32.sub (local.get $i) (i32.const 1)))))
      (br_if $again (local.tee $n (i32.sub (local.get $n) (i32.const 1)))))
    (local.get $sum))

  (type $shape (sub (struct (field $id i32))))
  (type $circle (sub $shape (struct (field $id i32) (field $radius i32))))
  (type $rectangle (sub $shape (struct (field $id i32) (field $width i32) (field $height i32))))
  (type $square (sub final $rectangle
    (struct (field $id i32) (field $width i32) (field $height i32) (field $color i32))))
  (type $shapes (array (mut (ref null $shape))))
  (func $shapes (param $length i32) (result (ref $shapes))
    (local $array (ref $shapes)) (local $i i32)
    (local.set $array (array.new_default $shapes (local.get $length)))
    (loop $fill
      (array.set $shapes
        (local.get $array)
        (local.get $i)
        (if (result (ref $shape)) (i32.rem_u (local.get $i) (i32.const 3))
          (then
            (if (result (ref $shape)) (i32.and (local.get $i) (i32.const 1))
              (then (struct.new $circle (local.get $i) (i32.const 3)))
              (else (struct.new $rectangle (local.get $i) (i32.const 3) (i32.const 4)))))
          (else (struct.new $square (local.get $i) (i32.const 3) (i32.const 3) (i32.const 1)))))
      (br_if $fill
        (i32.lt_u (local.tee $i (i32.add (local.get $i) (i32.const 1))) (local.get $length))))
    (local.get $array))
  (func $area (param $shape (ref null $shape)) (result i32)
    (local $rectangle (ref null $rectangle))
    (if (result i32) (ref.test (ref $circle) (local.get $shape))
      (then
        (i32.mul (struct.get $circle $radius (ref.cast (ref $circle) (local.get $shape))) (i32.const 3)))
      (else
        (local.set $rectangle (ref.cast (ref null $rectangle) (local.get $shape)))
        (i32.mul
          (struct.get $rectangle $width (local.get $rectangle))
          (struct.get $rectangle $height (local.get $rectangle))))))
  (func $areas (param $shapes (ref null $shapes)) (result i32)
    (local $i i32) (local $sum i32)
    (loop $sums
      (local.set $sum
        (i32.add
          (local.get $sum)
          (call $area (array.get $shapes (local.get $shapes) (local.get $i)))))
      (br_if $sums
        (i32.lt_u
          (local.tee $i (i32.add (local.get $i) (i32.const 1)))
          (array.len (local.get $shapes)))))
    (local.get $sum))
  (global $some_shapes (mut (ref null $shapes)) (ref.null $shapes))
  ;; the areas of 1,000 shapes of three types, 100 times
  (func (export "type tests") (param $n i32) (result i32)
    (local $i i32) (local $sum i32)
    (loop $again
      (local.set $i (i32.const 100))
      (loop $rounds
        (local.set $sum (i32.add (local.get $sum) (call $areas (global.get $some_shapes))))
        (br_if $rounds (local.tee $i (i32.sub (local.get $i) (i32.const 1)))))
      (br_if $again (local.tee $n (i32.sub (local.get $n) (i32.const 1)))))
    (local.get $sum))

  ;; a list of anything, as languages with erased type parameters have it
  (type $any (array (mut anyref)))
  (type $vector (sub (struct (field $length (mut i32)) (field $elements (mut (ref $any))))))
  (type $point (sub (struct (field $x (mut i32)) (field $y (mut i32)))))
  (func $append (param $list (ref $vector)) (param $element anyref)
    (local $length i32) (local $elements (ref $any))
    (local.set $length (struct.get $vector $length (local.get $list)))
    (if (i32.eq (local.get $length) (array.len (struct.get $vector $elements (local.get $list))))
      (then
        (local.set $elements
          (array.new_default $any (i32.shl (local.get $length) (i32.const 1))))
        (array.copy $any $any
          (local.get $elements) (i32.const 0)
          (struct.get $vector $elements (local.get $list)) (i32.const 0)
          (local.get $length))
        (struct.set $vector $elements (local.get $list) (local.get $elements))))
    (array.set $any
      (struct.get $vector $elements (local.get $list))
      (local.get $length)
      (local.get $element))
    (struct.set $vector $length
      (local.get $list)
      (i32.add (local.get $length) (i32.const 1))))
  (func $points (result (ref $vector))
    (local $list (ref $vector)) (local $i i32)
    (local.set $list
      (struct.new $vector (i32.const 0) (array.new_default $any (i32.const 8))))
    (loop $again
      (call $append (local.get $list) (struct.new $point (local.get $i) (i32.const 2)))
      (br_if $again
        (i32.lt_u (local.tee $i (i32.add (local.get $i) (i32.const 1))) (i32.const 1000))))
    (local.get $list))
  (func $move (param $list (ref $vector)) (result i32)
    (local $point (ref $point)) (local $i i32) (local $sum i32)
    (loop $again
      (local.set $point
        (ref.cast (ref $point)
          (array.get $any (struct.get $vector $elements (local.get $list)) (local.get $i))))
      (struct.set $point $x
        (local.get $point)
        (i32.sub
          (struct.get $point $y (local.get $point))
          (struct.get $point $x (local.get $point))))
      (local.set $sum (i32.add (local.get $sum) (struct.get $point $x (local.get $point))))
      (br_if $again
        (i32.lt_u
          (local.tee $i (i32.add (local.get $i) (i32.const 1)))
          (struct.get $vector $length (local.get $list)))))
    (local.get $sum))
  (global $some_points (mut (ref null $vector)) (ref.null $vector))
  ;; 1,000 points in a list of anything, moved back and forth 100 times
  (func (export "casts") (param $n i32) (result i32)
    (local $i i32) (local $sum i32)
    (loop $again
      (local.set $i (i32.const 100))
      (loop $rounds
        (local.set $sum
          (i32.add
            (local.get $sum)
            (call $move (ref.as_non_null (global.get $some_points)))))
        (br_if $rounds (local.tee $i (i32.sub (local.get $i) (i32.const 1)))))
      (br_if $again (local.tee $n (i32.sub (local.get $n) (i32.const 1)))))
    (local.get $sum))

  (func $prepare
    (global.set $some_shapes (call $shapes (i32.const 1000)))
    (global.set $some_points (call $points)))
  (start $prepare))
