CREATE TABLE archived_isku (
 merchant TEXT NOT NULL,
 isku_id BIGINT NOT NULL,
 PRIMARY KEY (merchant, isku_id)
 );
CREATE TABLE category (
 merchant TEXT NOT NULL,
 id BLOB NOT NULL,
 channel TEXT NOT NULL,
 owner TEXT NOT NULL,
 category_key TEXT NOT NULL,
 channel_category_id TEXT,
 path TEXT NOT NULL,
 sort_key TEXT NOT NULL,
 create_time_us BIGINT NOT NULL,
 update_time_us BIGINT NOT NULL,
 PRIMARY KEY (merchant, id)
 );
CREATE TABLE finding (
 merchant TEXT NOT NULL,
 id BLOB NOT NULL,
 kind TEXT NOT NULL,
 subject TEXT NOT NULL,
 account_id BLOB,
 blocking BOOLEAN NOT NULL,
 isku_codes TEXT NOT NULL,
 detail TEXT NOT NULL,
 open_time_us BIGINT NOT NULL,
 close_time_us BIGINT,
 PRIMARY KEY (merchant, id)
 );
CREATE TABLE finding_listing (
 merchant TEXT NOT NULL,
 finding_id BLOB NOT NULL,
 listing_id BLOB NOT NULL,
 PRIMARY KEY (merchant, finding_id, listing_id),
 FOREIGN KEY (merchant, finding_id) REFERENCES finding (merchant, id),
 FOREIGN KEY (merchant, listing_id) REFERENCES listing (merchant, id)
 );
CREATE TABLE group_member (
 merchant TEXT NOT NULL,
 group_id BLOB NOT NULL,
 position BIGINT NOT NULL,
 member_id BLOB NOT NULL,
 PRIMARY KEY (merchant, group_id, position),
 FOREIGN KEY (merchant, group_id) REFERENCES listing (merchant, id),
 FOREIGN KEY (merchant, member_id) REFERENCES listing (merchant, id)
 );
CREATE TABLE listing (
 merchant TEXT NOT NULL,
 id BLOB NOT NULL,
 account_id BLOB NOT NULL,
 csku TEXT,
 channel_listing_id TEXT,
 renamed_csku TEXT,
 near_key TEXT,
 kind TEXT NOT NULL,
 kind_source TEXT NOT NULL,
 title TEXT,
 barcode TEXT,
 length_mm BIGINT,
 width_mm BIGINT,
 height_mm BIGINT,
 weight_g BIGINT,
 stock_tracked BOOLEAN NOT NULL,
 intent TEXT NOT NULL,
 channel_status TEXT,
 channel_quantity BIGINT,
 category_id BLOB,
 mapping_revision BIGINT NOT NULL,
 set_key TEXT,
 retired BOOLEAN NOT NULL,
 adopted_quantity BIGINT,
 version BIGINT NOT NULL,
 create_time_us BIGINT NOT NULL,
 update_time_us BIGINT NOT NULL, adopted_isku_code TEXT, adopted_location TEXT,
 PRIMARY KEY (merchant, id),
 FOREIGN KEY (merchant, account_id) REFERENCES seller_account (merchant, id),
 FOREIGN KEY (merchant, category_id) REFERENCES category (merchant, id),
 CONSTRAINT listing_has_a_code CHECK (csku IS NOT NULL OR channel_listing_id IS NOT NULL)
 );
CREATE TABLE mapping (
 merchant TEXT NOT NULL,
 listing_id BLOB NOT NULL,
 revision BIGINT NOT NULL,
 source TEXT NOT NULL,
 actor TEXT NOT NULL,
 note TEXT NOT NULL,
 create_time_us BIGINT NOT NULL,
 PRIMARY KEY (merchant, listing_id, revision),
 FOREIGN KEY (merchant, listing_id) REFERENCES listing (merchant, id),
 CONSTRAINT mapping_revision CHECK (1 <= revision)
 );
CREATE TABLE mapping_component (
 merchant TEXT NOT NULL,
 listing_id BLOB NOT NULL,
 revision BIGINT NOT NULL,
 position BIGINT NOT NULL,
 isku_code TEXT NOT NULL,
 isku_id BIGINT,
 quantity BIGINT NOT NULL,
 PRIMARY KEY (merchant, listing_id, revision, position),
 FOREIGN KEY (merchant, listing_id, revision) REFERENCES mapping (merchant, listing_id, revision),
 CONSTRAINT mapping_component_quantity CHECK (1 <= quantity)
 );
CREATE TABLE "request" ( "merchant" text NOT NULL, "request_id" text NOT NULL, "content_hash" text NOT NULL, "answer" text NOT NULL, "create_time_us" integer NOT NULL, PRIMARY KEY ("merchant", "request_id") );
CREATE TABLE "seaql_migrations" ( "version" varchar NOT NULL PRIMARY KEY, "applied_at" integer NOT NULL );
INSERT INTO "seaql_migrations" VALUES('m20261101_000001_request',0);
INSERT INTO "seaql_migrations" VALUES('m20261101_000002_seller_account',0);
INSERT INTO "seaql_migrations" VALUES('m20261101_000003_category',0);
INSERT INTO "seaql_migrations" VALUES('m20261101_000004_listing',0);
INSERT INTO "seaql_migrations" VALUES('m20261101_000005_mapping',0);
INSERT INTO "seaql_migrations" VALUES('m20261101_000006_finding',0);
INSERT INTO "seaql_migrations" VALUES('m20261101_000007_sync',0);
INSERT INTO "seaql_migrations" VALUES('m20261101_000008_request_by_time',0);
INSERT INTO "seaql_migrations" VALUES('m20261101_000009_sync_by_time',0);
INSERT INTO "seaql_migrations" VALUES('m20261124_000010_adopted',0);
CREATE TABLE seller_account (
 merchant TEXT NOT NULL,
 id BLOB NOT NULL,
 channel TEXT NOT NULL,
 seller_key TEXT NOT NULL,
 seller_id TEXT NOT NULL,
 duplicate_policy TEXT NOT NULL,
 buffer BIGINT NOT NULL,
 maximum BIGINT,
 retire_threshold_percent BIGINT NOT NULL,
 locations TEXT NOT NULL,
 first_sync_due BOOLEAN NOT NULL,
 last_sync_time_us BIGINT,
 version BIGINT NOT NULL,
 create_time_us BIGINT NOT NULL,
 update_time_us BIGINT NOT NULL,
 PRIMARY KEY (merchant, id)
 );
CREATE TABLE sync (
 merchant text NOT NULL,
 sync_id blob NOT NULL,
 account_id blob NOT NULL,
 scope text NOT NULL CHECK (scope IN ('FULL', 'PARTIAL')),
 state text NOT NULL CHECK (state IN ('OPEN', 'APPLYING', 'HELD_FOR_REVIEW', 'COMPLETED', 'ABORTED')),
 missing text NOT NULL CHECK (missing IN ('CREATE', 'LEAVE')),
 opening text NOT NULL CHECK (opening IN ('ADOPT', 'EMPTY')),
 opening_location text NOT NULL,
 source text NOT NULL,
 acknowledged_sequence BIGINT NOT NULL,
 uploaded BIGINT NOT NULL,
 listings_before BIGINT NOT NULL,
 retired BIGINT NOT NULL,
 fence BIGINT NOT NULL,
 lease_until_us BIGINT NOT NULL,
 create_time_us BIGINT NOT NULL,
 update_time_us BIGINT NOT NULL,
 PRIMARY KEY (merchant, sync_id)
 );
CREATE TABLE sync_item (
 merchant text NOT NULL,
 sync_id blob NOT NULL,
 place BIGINT NOT NULL,
 source_row BIGINT NOT NULL,
 rank BIGINT NOT NULL,
 csku text,
 channel_listing_id text,
 payload text NOT NULL,
 stage text NOT NULL CHECK (stage IN ('STAGED', 'LISTED', 'DONE')),
 listing_id blob,
 outcome text CHECK (outcome IN ('CREATED', 'UPDATED', 'UNCHANGED', 'FINDING', 'REJECTED')),
 reasons text NOT NULL,
 detail text NOT NULL,
 PRIMARY KEY (merchant, sync_id, place)
 );
CREATE UNIQUE INDEX seller_account_by_key ON seller_account (merchant, channel, seller_key);
CREATE UNIQUE INDEX category_by_key ON category (merchant, channel, owner, category_key);
CREATE UNIQUE INDEX listing_by_csku ON listing (merchant, account_id, csku);
CREATE UNIQUE INDEX listing_by_channel_listing_id ON listing (merchant, account_id, channel_listing_id);
CREATE INDEX listing_by_renamed_csku ON listing (merchant, account_id, renamed_csku) WHERE renamed_csku IS NOT NULL;
CREATE INDEX listing_by_account ON listing (merchant, account_id, id);
CREATE INDEX listing_by_set_key ON listing (merchant, set_key, account_id);
CREATE INDEX listing_by_near_key ON listing (merchant, account_id, near_key);
CREATE INDEX listing_by_category ON listing (merchant, category_id);
CREATE UNIQUE INDEX group_member_once ON group_member (merchant, member_id, group_id);
CREATE INDEX mapping_component_by_isku_code ON mapping_component (merchant, isku_code, listing_id, revision);
CREATE UNIQUE INDEX finding_open ON finding (merchant, kind, subject) WHERE close_time_us IS NULL;
CREATE INDEX finding_by_account ON finding (merchant, account_id, kind) WHERE close_time_us IS NULL;
CREATE INDEX finding_listing_by_listing ON finding_listing (merchant, listing_id, finding_id);
CREATE UNIQUE INDEX sync_one_open ON sync (merchant, account_id) WHERE state IN ('OPEN', 'APPLYING', 'HELD_FOR_REVIEW');
CREATE INDEX sync_item_work ON sync_item (merchant, sync_id, stage, rank, place);
CREATE INDEX sync_item_csku ON sync_item (merchant, sync_id, csku);
CREATE INDEX sync_item_channel_listing_id ON sync_item (merchant, sync_id, channel_listing_id);
CREATE INDEX sync_item_listing ON sync_item (merchant, sync_id, listing_id);
CREATE INDEX "request_by_time" ON "request" ("create_time_us");
CREATE INDEX sync_over_by_time ON sync (update_time_us) WHERE state IN ('COMPLETED', 'ABORTED');
