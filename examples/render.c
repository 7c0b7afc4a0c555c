// render [-w WIDTH] [-h HEIGHT] [-s SAMPLES] [FILE]: ray-traces a scene of spheres and writes it as a PNG picture,
// by default 320 by 240 pixels with 2 by 2 samples each to picture.png.
//
// Exits with 1 if the file could not be written and with 2 on wrong usage.

#include <errno.h>
#include <math.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

// ---- Ray tracing

typedef struct {
  double x, y, z;
} Vector;

typedef struct {
  Vector center, color;
  double radius, mirror;
} Sphere;

static const Sphere spheres[] = {
    {{-1.3, 1.0, 0.4}, {0.9, 0.25, 0.2}, 1.0, 0.25},
    {{0.9, 0.8, -0.5}, {0.95, 0.95, 0.95}, 0.8, 0.75},
    {{2.4, 0.6, 0.9}, {0.2, 0.5, 0.9}, 0.6, 0.2},
    {{0.1, 0.4, -1.8}, {0.3, 0.8, 0.35}, 0.4, 0.15},
    {{-0.5, 0.3, -1.5}, {0.95, 0.75, 0.2}, 0.3, 0.15},
};

enum { SPHERES = sizeof spheres / sizeof *spheres, MAX_DEPTH = 6 };

static const double NEAR = 1e-6;

static Vector add(Vector a, Vector b) { return (Vector){a.x + b.x, a.y + b.y, a.z + b.z}; }
static Vector sub(Vector a, Vector b) { return (Vector){a.x - b.x, a.y - b.y, a.z - b.z}; }
static Vector scale(Vector a, double k) { return (Vector){a.x * k, a.y * k, a.z * k}; }
static Vector mix(Vector a, Vector b, double k) { return add(scale(a, 1 - k), scale(b, k)); }
static double dot(Vector a, Vector b) { return a.x * b.x + a.y * b.y + a.z * b.z; }
static Vector unit(Vector a) { return scale(a, 1 / sqrt(dot(a, a))); }

static Vector cross(Vector a, Vector b) {
  return (Vector){a.y * b.z - a.z * b.y, a.z * b.x - a.x * b.z, a.x * b.y - a.y * b.x};
}

// The distance along the ray at which it enters the sphere, infinity if it does not.
static double hit_sphere(const Sphere *sphere, Vector origin, Vector direction) {
  Vector offset = sub(origin, sphere->center);
  double b = dot(offset, direction);
  double discriminant = b * b - dot(offset, offset) + sphere->radius * sphere->radius;
  if (discriminant < 0) return INFINITY;
  double root = sqrt(discriminant);
  if (-b - root > NEAR) return -b - root;
  return -b + root > NEAR ? -b + root : INFINITY;
}

static bool in_shadow(Vector point, Vector light) {
  for (int i = 0; i < SPHERES; i++) {
    if (hit_sphere(&spheres[i], point, light) < INFINITY) return true;
  }
  return false;
}

static Vector sky(Vector direction, Vector light) {
  Vector color = mix((Vector){0.85, 0.9, 1}, (Vector){0.25, 0.45, 0.8}, fmax(direction.y, 0));
  return add(color, scale((Vector){1, 0.9, 0.7}, pow(fmax(dot(direction, light), 0), 200)));
}

static Vector trace(Vector origin, Vector direction, Vector light, int depth) {
  double distance = direction.y < 0 ? -origin.y / direction.y : INFINITY;
  const Sphere *hit = NULL;
  for (int i = 0; i < SPHERES; i++) {
    double d = hit_sphere(&spheres[i], origin, direction);
    if (d < distance) {
      distance = d;
      hit = &spheres[i];
    }
  }
  if (distance == INFINITY) return sky(direction, light);

  Vector point = add(origin, scale(direction, distance));
  Vector normal = {0, 1, 0}, color;
  double mirror = 0.1;
  if (hit) {
    normal = unit(sub(point, hit->center));
    color = hit->color;
    mirror = hit->mirror;
  } else {
    bool dark = ((int)floor(point.x) + (int)floor(point.z)) & 1;
    color = dark ? (Vector){0.35, 0.35, 0.4} : (Vector){0.9, 0.9, 0.85};
    // Far away the checkers are smaller than pixels.
    color = mix(color, (Vector){0.62, 0.62, 0.62}, 1 - exp(-distance / 25));
  }
  Vector above = add(point, scale(normal, NEAR * 10));
  double diffuse = fmax(dot(normal, light), 0);
  if (diffuse > 0 && in_shadow(above, light)) diffuse = 0;
  Vector reflected = sub(direction, scale(normal, 2 * dot(direction, normal)));
  Vector result = scale(color, 0.25 + 0.75 * diffuse);
  if (diffuse > 0 && hit) {
    double shine = pow(fmax(dot(reflected, light), 0), 60);
    result = add(result, (Vector){shine, shine, shine});
  }
  return depth < MAX_DEPTH ? mix(result, trace(above, reflected, light, depth + 1), mirror) : result;
}

static uint8_t to_byte(double intensity) {
  return (uint8_t)(255 * pow(fmin(fmax(intensity, 0), 1), 1 / 2.2) + 0.5);
}

// Rows of RGB triples.
static void render(uint8_t *pixels, int width, int height, int samples) {
  Vector eye = {0.3, 1.6, -6}, target = {0.3, 0.7, 0};
  Vector light = unit((Vector){-0.6, 0.9, -0.7});
  Vector forward = unit(sub(target, eye));
  Vector right = unit(cross((Vector){0, 1, 0}, forward));
  Vector up = cross(forward, right);
  double zoom = 0.45 * 2 / height;
  for (int y = 0; y < height; y++) {
    for (int x = 0; x < width; x++) {
      Vector sum = {0, 0, 0};
      for (int i = 0; i < samples * samples; i++) {
        double sx = x + (i % samples + 0.5) / samples - width * 0.5;
        double sy = y + (i / samples + 0.5) / samples - height * 0.5;
        Vector direction = add(forward, add(scale(right, sx * zoom), scale(up, -sy * zoom)));
        sum = add(sum, trace(eye, unit(direction), light, 0));
      }
      sum = scale(sum, 1.0 / (samples * samples));
      *pixels++ = to_byte(sum.x);
      *pixels++ = to_byte(sum.y);
      *pixels++ = to_byte(sum.z);
    }
  }
}

// ---- Compression: zlib (RFC 1950) around one deflate block with fixed codes (RFC 1951)

typedef struct {
  uint8_t *data;
  size_t length;
  uint32_t bits;
  int bit_count;
} BitWriter;

static void put_bits(BitWriter *out, uint32_t value, int count) {
  out->bits |= value << out->bit_count;
  for (out->bit_count += count; out->bit_count >= 8; out->bit_count -= 8) {
    out->data[out->length++] = out->bits;
    out->bits >>= 8;
  }
}

// Huffman codes start with their highest bit.
static void put_code(BitWriter *out, uint32_t code, int count) {
  for (int i = count - 1; i >= 0; i--) put_bits(out, code >> i & 1, 1);
}

// A literal byte, the end of the block (256) or a length code.
static void put_symbol(BitWriter *out, int symbol) {
  if (symbol < 144) put_code(out, 0x30 + symbol, 8);
  else if (symbol < 256) put_code(out, 0x190 + symbol - 144, 9);
  else if (symbol < 280) put_code(out, symbol - 256, 7);
  else put_code(out, 0xc0 + symbol - 280, 8);
}

// Lengths and distances are written as the code of the range they lie in and their offset in it. A group has this many
// ranges for each number of extra bits: 4 for lengths, 2 for distances.
static void split(int value, int group, int *code, int *extra, int *extra_bits) {
  int bits = 0;
  while (value >> bits >= 2 * group) bits++;
  *code = bits * group + (value >> bits);
  *extra = value & ((1 << bits) - 1);
  *extra_bits = bits;
}

enum { MIN_MATCH = 3, MAX_MATCH = 258, MAX_DISTANCE = 32768, HASH_BITS = 15, MAX_CHAIN = 64 };

static void put_match(BitWriter *out, int length, int distance) {
  int code, extra, extra_bits;
  if (length == MAX_MATCH) {
    put_symbol(out, 285);
  } else {
    split(length - MIN_MATCH, 4, &code, &extra, &extra_bits);
    put_symbol(out, 257 + code);
    put_bits(out, extra, extra_bits);
  }
  split(distance - 1, 2, &code, &extra, &extra_bits);
  put_code(out, code, 5);
  put_bits(out, extra, extra_bits);
}

static uint32_t hash3(const uint8_t *p) {
  return (p[0] | (uint32_t)p[1] << 8 | (uint32_t)p[2] << 16) * 0x9E3779B1u >> (32 - HASH_BITS);
}

static uint32_t adler32(const uint8_t *data, size_t length) {
  uint32_t a = 1, b = 0;
  for (size_t i = 0; i < length; i++) {
    a = (a + data[i]) % 65521;
    b = (b + a) % 65521;
  }
  return b << 16 | a;
}

static void put_be32(uint8_t *p, uint32_t value) {
  for (int i = 0; i < 4; i++) p[i] = value >> (24 - 8 * i);
}

// Compresses into memory that the caller frees; NULL if there is none.
static uint8_t *zlib_compress(const uint8_t *data, size_t length, size_t *compressed) {
  // At worst 9 bits per byte.
  BitWriter out = {malloc(length + length / 8 + 64), 0, 0, 0};
  // For each hash the last position that had it, and for each position the one before; plus one, 0 is none.
  uint32_t *last = calloc(1 << HASH_BITS, sizeof *last);
  uint32_t *before = malloc((length + 1) * sizeof *before);
  if (!out.data || !last || !before) {
    free(out.data);
    free(last);
    free(before);
    return NULL;
  }
  put_bits(&out, 0x78, 8);
  put_bits(&out, 0x9c, 8);
  put_bits(&out, 1, 1);  // the last block
  put_bits(&out, 1, 2);  // with fixed codes
  for (size_t i = 0; i < length;) {
    size_t best = 0, distance = 0;
    size_t limit = length - i < MAX_MATCH ? length - i : MAX_MATCH;
    if (limit >= MIN_MATCH) {
      uint32_t at = last[hash3(data + i)];
      for (int chain = 0; at && i + 1 - at <= MAX_DISTANCE && chain < MAX_CHAIN; chain++, at = before[at - 1]) {
        const uint8_t *p = data + at - 1, *q = data + i;
        size_t match = 0;
        while (match < limit && p[match] == q[match]) match++;
        if (match > best) {
          best = match;
          distance = i + 1 - at;
        }
      }
    }
    size_t step = best >= MIN_MATCH ? best : 1;
    if (step > 1) put_match(&out, best, distance);
    else put_symbol(&out, data[i]);
    for (; step > 0; step--, i++) {
      if (length - i < MIN_MATCH) continue;
      uint32_t hash = hash3(data + i);
      before[i] = last[hash];
      last[hash] = i + 1;
    }
  }
  put_symbol(&out, 256);
  put_bits(&out, 0, (8 - out.bit_count) % 8);
  put_be32(out.data + out.length, adler32(data, length));
  free(last);
  free(before);
  *compressed = out.length + 4;
  return out.data;
}

// ---- PNG

static uint32_t crc32(uint32_t crc, const uint8_t *data, size_t length) {
  static uint32_t table[256];
  if (!table[1]) {
    for (uint32_t i = 0; i < 256; i++) {
      uint32_t c = i;
      for (int k = 0; k < 8; k++) c = c & 1 ? 0xedb88320 ^ c >> 1 : c >> 1;
      table[i] = c;
    }
  }
  crc = ~crc;
  for (size_t i = 0; i < length; i++) crc = table[(crc ^ data[i]) & 255] ^ crc >> 8;
  return ~crc;
}

static bool write_chunk(FILE *file, const char *type, const uint8_t *data, size_t length) {
  uint8_t head[8], tail[4];
  put_be32(head, length);
  memcpy(head + 4, type, 4);
  put_be32(tail, crc32(crc32(0, head + 4, 4), data, length));
  return fwrite(head, 1, 8, file) == 8 && fwrite(data, 1, length, file) == length && fwrite(tail, 1, 4, file) == 4;
}

static int paeth(int left, int up, int corner) {
  int p = left + up - corner;
  int pl = abs(p - left), pu = abs(p - up), pc = abs(p - corner);
  return pl <= pu && pl <= pc ? left : pu <= pc ? up : corner;
}

// Every row with the Paeth filter, its number in front.
static void filter(uint8_t *to, const uint8_t *pixels, int width, int height) {
  int stride = 3 * width;
  for (int y = 0; y < height; y++) {
    const uint8_t *row = pixels + (size_t)y * stride;
    *to++ = 4;
    for (int x = 0; x < stride; x++) {
      int left = x >= 3 ? row[x - 3] : 0;
      int up = y > 0 ? row[x - stride] : 0;
      int corner = x >= 3 && y > 0 ? row[x - stride - 3] : 0;
      *to++ = row[x] - paeth(left, up, corner);
    }
  }
}

static bool write_png(FILE *file, const uint8_t *pixels, int width, int height) {
  size_t length = (size_t)height * (3 * width + 1), compressed_length;
  uint8_t *filtered = malloc(length);
  if (!filtered) return false;
  filter(filtered, pixels, width, height);
  uint8_t *compressed = zlib_compress(filtered, length, &compressed_length);
  free(filtered);
  if (!compressed) return false;
  uint8_t header[13] = {[8] = 8, [9] = 2};  // 8 bits per channel, RGB
  put_be32(header, width);
  put_be32(header + 4, height);
  bool good = fwrite("\x89PNG\r\n\x1a\n", 1, 8, file) == 8 && write_chunk(file, "IHDR", header, sizeof header) &&
              write_chunk(file, "IDAT", compressed, compressed_length) && write_chunk(file, "IEND", header, 0);
  free(compressed);
  return good;
}

// ---- Command line

static void usage(void) {
  fputs("usage: render [-w WIDTH] [-h HEIGHT] [-s SAMPLES] [FILE]\n", stderr);
  exit(2);
}

static int parse(const char *text, int max) {
  char *end;
  long value = text ? strtol(text, &end, 10) : 0;
  if (value < 1 || value > max || *end) usage();
  return value;
}

int main(int argc, char **argv) {
  int width = 320, height = 240, samples = 2;
  const char *name = "picture.png";
  int i = 1;
  for (; i < argc && argv[i][0] == '-'; i += 2) {
    if (strcmp(argv[i], "-w") == 0) width = parse(argv[i + 1], 8192);
    else if (strcmp(argv[i], "-h") == 0) height = parse(argv[i + 1], 8192);
    else if (strcmp(argv[i], "-s") == 0) samples = parse(argv[i + 1], 16);
    else usage();
  }
  if (i < argc) name = argv[i++];
  if (i < argc) usage();

  uint8_t *pixels = malloc((size_t)width * height * 3);
  if (!pixels) {
    fputs("render: out of memory\n", stderr);
    return 1;
  }
  FILE *file = fopen(name, "wb");
  if (!file) {
    fprintf(stderr, "render: %s: %s\n", name, strerror(errno));
    return 1;
  }
  render(pixels, width, height, samples);
  bool good = write_png(file, pixels, width, height);
  if (fclose(file) != 0) good = false;
  if (!good) {
    fprintf(stderr, "render: %s: %s\n", name, strerror(errno));
    return 1;
  }
  printf("%s: %d by %d pixels\n", name, width, height);
  return 0;
}
