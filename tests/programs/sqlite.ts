/**
 * Prints what SQLite answers, from the npm package sql.js.
 *
 * @module
 */

import { createHash } from "node:crypto";
import initSqlJs from "sql.js";
import "./engine_in_use.ts";

interface Statement {
  bind(values: readonly unknown[]): boolean;
  step(): boolean;
  get(): unknown[];
  run(values: readonly unknown[]): void;
  free(): void;
}
interface Database {
  exec(sql: string): { columns: string[]; values: unknown[][] }[];
  run(sql: string, values?: readonly unknown[]): Database;
  prepare(sql: string): Statement;
  create_function(name: string, fn: (...values: never[]) => unknown): void;
  export(): Uint8Array;
  close(): void;
}

const { Database } = await (initSqlJs as () => Promise<{ Database: new (bytes?: Uint8Array) => Database }>)();
const database = new Database();

function show(sql: string): void {
  try {
    for (const { columns, values } of database.exec(sql)) {
      console.log(columns.join(" | "));
      for (const row of values) console.log("  ", row.map(String).join(" | "));
    }
  } catch (error) {
    console.log("thrown:", (error as Error).message);
  }
}

show("SELECT sqlite_version(), 1 + 1, 7 / 2, 7 / 2.0, 9223372036854775807 + 1, round(2.567, 2), 'a' || 'b'");
show(
  "SELECT abs(-5.25), printf('%08.3f|%x|%e|%q', 3.14159, 255, 1e300, 'it''s'), hex(zeroblob(4)), typeof(1e3)",
);
database.run("CREATE TABLE item (id INTEGER PRIMARY KEY, name TEXT UNIQUE, price REAL, data BLOB)");
const insert = database.prepare("INSERT INTO item (name, price, data) VALUES (?, ?, ?)");
database.run("BEGIN");
for (let i = 0; i < 5000; i++) {
  insert.run([`item ${i * 7919 % 5000}`, i * 0.37 % 100, new Uint8Array([i, i >> 8, i * 31])]);
}
database.run("COMMIT");
insert.free();
show("SELECT count(*), sum(price), avg(price), min(name), max(name), total(length(data)) FROM item");
database.run("CREATE INDEX by_price ON item (price DESC)");
show("SELECT id, name, price FROM item WHERE price BETWEEN 50 AND 50.2 ORDER BY price DESC, id LIMIT 6");
show(
  "SELECT id % 5 AS class, count(*) AS n, round(avg(price), 6) FROM item GROUP BY class HAVING n > 10 ORDER BY class",
);
show(
  `WITH RECURSIVE fibonacci(n, a, b) AS (SELECT 1, 0, 1 UNION ALL SELECT n + 1, b, a + b FROM fibonacci WHERE n < 60)
  SELECT n, a FROM fibonacci WHERE n % 10 = 0`,
);
show(
  `SELECT a.name, row_number() OVER (ORDER BY a.price, a.id) AS place, sum(a.price) OVER (ORDER BY a.price, a.id ROWS 2 PRECEDING)
  FROM item a JOIN item b ON b.id = a.id + 1 WHERE a.name LIKE 'item 12%' AND b.price > a.price LIMIT 8`,
);
show(`SELECT json_extract('{"a":[1,2.5,{"b":"\\u00e4"}]}', '$.a[2].b'), json_array_length('[1,2,3]')`);
show("SELECT datetime(1000000000, 'unixepoch'), julianday('2000-01-01'), strftime('%W %j', '2024-02-29')");
show("INSERT INTO item (name) VALUES ('item 1')");
show("SELECT * FROM nothing");
database.create_function(
  "shout",
  ((text: string) => `${text.toUpperCase()}!`) as (...values: never[]) => unknown,
);
show("SELECT shout(name) FROM item WHERE id < 3");
show(
  "UPDATE item SET price = price * 2 WHERE id % 3 = 0; DELETE FROM item WHERE id % 7 = 0; SELECT count(*), sum(price) FROM item",
);
show("EXPLAIN QUERY PLAN SELECT * FROM item WHERE price > 10 ORDER BY price");
show("PRAGMA integrity_check");
const bytes = database.export();
console.log("export:", bytes.length, createHash("sha256").update(bytes).digest("hex"));
database.close();
const again = new Database(bytes);
console.log("again:", String(again.exec("SELECT count(*), max(id) FROM item")[0].values));
again.close();
