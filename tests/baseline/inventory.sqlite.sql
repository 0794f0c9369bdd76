CREATE TABLE isku (
 merchant TEXT NOT NULL,
 isku_id BIGINT NOT NULL,
 code TEXT NOT NULL,
 product_name TEXT,
 length_mm BIGINT,
 width_mm BIGINT,
 height_mm BIGINT,
 weight_g BIGINT,
 cost_currency TEXT,
 cost_units BIGINT,
 cost_nanos BIGINT,
 barcode TEXT,
 incomplete BOOLEAN NOT NULL,
 archived BOOLEAN NOT NULL,
 revision BIGINT NOT NULL,
 create_time_us BIGINT NOT NULL,
 update_time_us BIGINT NOT NULL,
 PRIMARY KEY (merchant, isku_id)
 );
CREATE TABLE isku_code (
 merchant TEXT NOT NULL,
 code TEXT NOT NULL,
 isku_id BIGINT NOT NULL,
 alias BOOLEAN NOT NULL,
 near_key TEXT NOT NULL,
 PRIMARY KEY (merchant, code),
 FOREIGN KEY (merchant, isku_id) REFERENCES isku (merchant, isku_id)
 );
CREATE TABLE isku_word (
 merchant TEXT NOT NULL,
 isku_id BIGINT NOT NULL,
 word TEXT NOT NULL,
 PRIMARY KEY (merchant, isku_id, word),
 FOREIGN KEY (merchant, isku_id) REFERENCES isku (merchant, isku_id)
 );
CREATE TABLE location (
 merchant TEXT NOT NULL,
 location_id BIGINT NOT NULL,
 code TEXT NOT NULL,
 sellable BOOLEAN NOT NULL,
 priority BIGINT NOT NULL, display_name TEXT, revision BIGINT NOT NULL DEFAULT 1,
 PRIMARY KEY (merchant, location_id)
 );
CREATE TABLE merchant (
 merchant TEXT NOT NULL PRIMARY KEY,
 isku_count BIGINT NOT NULL,
 location_count BIGINT NOT NULL
 , batch_base BIGINT NOT NULL DEFAULT 0, epoch BIGINT NOT NULL DEFAULT 0);
CREATE TABLE movement (
 merchant TEXT NOT NULL,
 isku_id BIGINT NOT NULL,
 location_id BIGINT NOT NULL,
 sequence BIGINT NOT NULL,
 kind TEXT NOT NULL,
 on_hand_delta BIGINT NOT NULL,
 reserved_delta BIGINT NOT NULL,
 on_hand_after BIGINT NOT NULL,
 reserved_after BIGINT NOT NULL,
 reservation_id BLOB,
 csku TEXT,
 document TEXT,
 note TEXT,
 actor TEXT NOT NULL,
 request_id TEXT NOT NULL,
 create_time_us BIGINT NOT NULL, reason TEXT, batch BIGINT NOT NULL DEFAULT 0, digest BIGINT,
 PRIMARY KEY (merchant, isku_id, location_id, sequence)
 );
CREATE TABLE "request" ( "merchant" text NOT NULL, "request_id" text NOT NULL, "content_hash" text NOT NULL, "answer" text NOT NULL, "create_time_us" integer NOT NULL, PRIMARY KEY ("merchant", "request_id") );
CREATE TABLE reservation (
 merchant TEXT NOT NULL,
 reservation_id BLOB NOT NULL,
 channel TEXT NOT NULL,
 seller_id TEXT NOT NULL,
 seller_key TEXT NOT NULL,
 order_id TEXT NOT NULL,
 state TEXT NOT NULL,
 create_time_us BIGINT NOT NULL,
 update_time_us BIGINT NOT NULL, expire_time_us BIGINT, short BOOLEAN NOT NULL DEFAULT false, digest BIGINT,
 PRIMARY KEY (merchant, reservation_id)
 );
CREATE TABLE reservation_item (
 merchant TEXT NOT NULL,
 reservation_id BLOB NOT NULL,
 item_no BIGINT NOT NULL,
 csku TEXT NOT NULL,
 mapping_revision BIGINT NOT NULL,
 quantity BIGINT NOT NULL,
 held BIGINT NOT NULL,
 shipped BIGINT NOT NULL,
 released BIGINT NOT NULL, ordered BIGINT NOT NULL DEFAULT 0 CHECK (0 <= ordered), short BIGINT NOT NULL DEFAULT 0 CHECK (0 <= short), returned BIGINT NOT NULL DEFAULT 0 CHECK (0 <= returned AND returned <= shipped), digest BIGINT,
 PRIMARY KEY (merchant, reservation_id, item_no),
 CONSTRAINT reservation_item_units CHECK (0 <= held AND 0 <= shipped AND 0 <= released AND quantity = held + shipped + released)
 );
CREATE TABLE reservation_line (
 merchant TEXT NOT NULL,
 reservation_id BLOB NOT NULL,
 item_no BIGINT NOT NULL,
 component_no BIGINT NOT NULL,
 location_id BIGINT NOT NULL,
 isku_id BIGINT NOT NULL,
 per_unit BIGINT NOT NULL,
 held BIGINT NOT NULL,
 shipped BIGINT NOT NULL,
 released BIGINT NOT NULL, expire_time_us BIGINT, digest BIGINT,
 PRIMARY KEY (merchant, reservation_id, item_no, component_no, location_id),
 CONSTRAINT reservation_line_units CHECK (1 <= per_unit AND 0 <= held AND 0 <= shipped AND 0 <= released)
 );
CREATE TABLE "seaql_migrations" ( "version" varchar NOT NULL PRIMARY KEY, "applied_at" integer NOT NULL );
INSERT INTO "seaql_migrations" VALUES('m20261101_000001_request',0);
INSERT INTO "seaql_migrations" VALUES('m20261101_000002_isku',0);
INSERT INTO "seaql_migrations" VALUES('m20261101_000003_location',0);
INSERT INTO "seaql_migrations" VALUES('m20261101_000004_stock',0);
INSERT INTO "seaql_migrations" VALUES('m20261101_000005_reservation',0);
INSERT INTO "seaql_migrations" VALUES('m20261101_000006_movement',0);
INSERT INTO "seaql_migrations" VALUES('m20261101_000007_request_by_time',0);
INSERT INTO "seaql_migrations" VALUES('m20261124_000001_location',0);
INSERT INTO "seaql_migrations" VALUES('m20261124_000002_reservation_life',0);
INSERT INTO "seaql_migrations" VALUES('m20261124_000003_movement_reason',0);
INSERT INTO "seaql_migrations" VALUES('m20261124_000020_watch',0);
INSERT INTO "seaql_migrations" VALUES('m20261124_000030_isku_word',0);
INSERT INTO "seaql_migrations" VALUES('m20261124_000031_reservation_list',0);
INSERT INTO "seaql_migrations" VALUES('m20261124_000040_digest',0);
INSERT INTO "seaql_migrations" VALUES('m20261124_000041_digest_of_batch',0);
CREATE TABLE stock (
 merchant TEXT NOT NULL,
 isku_id BIGINT NOT NULL,
 location_id BIGINT NOT NULL,
 on_hand BIGINT NOT NULL,
 reserved BIGINT NOT NULL,
 sequence BIGINT NOT NULL,
 PRIMARY KEY (merchant, isku_id, location_id),
 FOREIGN KEY (merchant, isku_id) REFERENCES isku (merchant, isku_id),
 FOREIGN KEY (merchant, location_id) REFERENCES location (merchant, location_id),
 CONSTRAINT stock_never_oversells CHECK (0 <= reserved AND reserved <= on_hand),
 CONSTRAINT stock_sequence CHECK (0 <= sequence)
 );
CREATE UNIQUE INDEX isku_by_code ON isku (merchant, code);
CREATE INDEX isku_incomplete ON isku (merchant, code) WHERE incomplete;
CREATE INDEX isku_code_near ON isku_code (merchant, near_key, code);
CREATE UNIQUE INDEX location_by_code ON location (merchant, code);
CREATE UNIQUE INDEX reservation_by_order ON reservation (merchant, channel, seller_key, order_id);
CREATE INDEX movement_by_isku ON movement (merchant, isku_id, create_time_us, location_id, sequence);
CREATE INDEX movement_by_location ON movement (merchant, location_id, create_time_us, isku_id, sequence);
CREATE INDEX movement_by_reservation ON movement (merchant, reservation_id, create_time_us, isku_id, location_id, sequence)
 WHERE reservation_id IS NOT NULL;
CREATE INDEX movement_by_csku ON movement (merchant, csku, create_time_us, isku_id, location_id, sequence)
 WHERE csku IS NOT NULL;
CREATE INDEX movement_by_document ON movement (merchant, document, create_time_us, isku_id, location_id, sequence)
 WHERE document IS NOT NULL;
CREATE INDEX "request_by_time" ON "request" ("create_time_us");
CREATE INDEX reservation_line_held ON reservation_line (merchant, isku_id, expire_time_us, location_id, reservation_id)
 WHERE held > 0;
CREATE INDEX reservation_due ON reservation (expire_time_us, merchant, reservation_id)
 WHERE state = 'HELD' AND expire_time_us IS NOT NULL;
CREATE INDEX movement_by_batch ON movement (merchant, batch, isku_id, location_id, sequence);
CREATE INDEX isku_word_by_word ON isku_word (merchant, word, isku_id);
CREATE INDEX isku_by_barcode ON isku (merchant, barcode, isku_id) WHERE barcode IS NOT NULL;
CREATE INDEX reservation_open ON reservation (merchant, state, reservation_id) WHERE state = 'HELD' OR state = 'CONFIRMED';
CREATE INDEX reservation_short ON reservation (merchant, reservation_id) WHERE short;
