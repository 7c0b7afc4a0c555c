// Five bodies attracting each other, n steps, positions and velocities as f64x2 pairs and one more (the Computer Language
// Benchmarks Game's n-body).
#include <wasm_simd128.h>

#include "../kernels/kernel.h"

enum { BODIES = 5, PAIRS = BODIES * (BODIES - 1) / 2 };

// x and y; z and nothing.
typedef struct {
  v128_t xy, z, vxy, vz;
  double mass;
} Body;

static Body bodies[BODIES];

static const double PI = 3.141592653589793, DAYS = 365.24;

static void set(Body *body, double x, double y, double z, double vx, double vy, double vz, double mass) {
  body->xy = wasm_f64x2_make(x, y);
  body->z = wasm_f64x2_make(z, 0);
  body->vxy = wasm_f64x2_make(vx * DAYS, vy * DAYS);
  body->vz = wasm_f64x2_make(vz * DAYS, 0);
  body->mass = mass * 4 * PI * PI;
}

static void init(void) {
  set(&bodies[0], 0, 0, 0, 0, 0, 0, 1);
  set(&bodies[1], 4.84143144246472090, -1.16032004402742839, -1.03622044471123109e-1, 1.66007664274403694e-3,
      7.69901118419740425e-3, -6.90460016972063023e-5, 9.54791938424326609e-4);
  set(&bodies[2], 8.34336671824457987, 4.12479856412430479, -4.03523417114321381e-1, -2.76742510726411899e-3,
      4.99852801234917238e-3, 2.30417297573763929e-5, 2.85885980666130812e-4);
  set(&bodies[3], 12.8943695621391310, -15.1111514016986312, -2.23307578892655734e-1, 2.96460137564761618e-3,
      2.37847173959480950e-3, -2.96589568540237556e-5, 4.36624404335156298e-5);
  set(&bodies[4], 15.3796971148509165, -25.9193146099879641, 1.79258772950371181e-1, 2.68067772490389322e-3,
      1.62824170038242295e-3, -9.51592254519715870e-5, 5.15138902046611451e-5);
  v128_t xy = wasm_f64x2_splat(0), z = wasm_f64x2_splat(0);
  for (int i = 0; i < BODIES; i++) {
    v128_t mass = wasm_f64x2_splat(bodies[i].mass);
    xy = wasm_f64x2_add(xy, wasm_f64x2_mul(bodies[i].vxy, mass));
    z = wasm_f64x2_add(z, wasm_f64x2_mul(bodies[i].vz, mass));
  }
  v128_t sun = wasm_f64x2_splat(-bodies[0].mass);
  bodies[0].vxy = wasm_f64x2_div(xy, sun);
  bodies[0].vz = wasm_f64x2_div(z, sun);
}

static double sum_of_squares(v128_t xy, v128_t z) {
  v128_t squares = wasm_f64x2_add(wasm_f64x2_mul(xy, xy), wasm_f64x2_mul(z, z));
  return wasm_f64x2_extract_lane(squares, 0) + wasm_f64x2_extract_lane(squares, 1);
}

static NOINLINE void advance(double step) {
  for (int i = 0; i < BODIES; i++) {
    for (int j = i + 1; j < BODIES; j++) {
      v128_t dxy = wasm_f64x2_sub(bodies[i].xy, bodies[j].xy), dz = wasm_f64x2_sub(bodies[i].z, bodies[j].z);
      double distance2 = sum_of_squares(dxy, dz);
      double magnitude = step / (distance2 * __builtin_sqrt(distance2));
      v128_t a = wasm_f64x2_splat(bodies[j].mass * magnitude), b = wasm_f64x2_splat(bodies[i].mass * magnitude);
      bodies[i].vxy = wasm_f64x2_sub(bodies[i].vxy, wasm_f64x2_mul(dxy, a));
      bodies[i].vz = wasm_f64x2_sub(bodies[i].vz, wasm_f64x2_mul(dz, a));
      bodies[j].vxy = wasm_f64x2_add(bodies[j].vxy, wasm_f64x2_mul(dxy, b));
      bodies[j].vz = wasm_f64x2_add(bodies[j].vz, wasm_f64x2_mul(dz, b));
    }
  }
  v128_t steps = wasm_f64x2_splat(step);
  for (int i = 0; i < BODIES; i++) {
    bodies[i].xy = wasm_f64x2_add(bodies[i].xy, wasm_f64x2_mul(bodies[i].vxy, steps));
    bodies[i].z = wasm_f64x2_add(bodies[i].z, wasm_f64x2_mul(bodies[i].vz, steps));
  }
}

static double energy(void) {
  double sum = 0;
  for (int i = 0; i < BODIES; i++) {
    sum += 0.5 * bodies[i].mass * sum_of_squares(bodies[i].vxy, bodies[i].vz);
    for (int j = i + 1; j < BODIES; j++) {
      v128_t dxy = wasm_f64x2_sub(bodies[i].xy, bodies[j].xy), dz = wasm_f64x2_sub(bodies[i].z, bodies[j].z);
      sum -= bodies[i].mass * bodies[j].mass / __builtin_sqrt(sum_of_squares(dxy, dz));
    }
  }
  return sum;
}

EXPORT(run) double run(int32_t n) {
  init();
  for (int32_t i = 0; i < n; i++) advance(0.01);
  return energy();
}
