-- People: how they sign in, what a plan allows, what they and their teams make, whom it is shared with, and what alerts them.
-- Who may see and change which row is in the migration after this one.

CREATE TYPE "team_role" AS ENUM ('viewer', 'editor', 'owner');

CREATE TYPE "item_kind" AS ENUM ('layout', 'view', 'watchlist');

ALTER TABLE "app_user" ADD COLUMN     "email_verified_at" TIMESTAMPTZ(3),
ADD COLUMN     "last_seen_at" TIMESTAMPTZ(3),
ADD COLUMN     "plan_key" TEXT NOT NULL DEFAULT 'free',
ADD COLUMN     "plan_until" TIMESTAMPTZ(3),
ADD COLUMN     "settings" JSONB NOT NULL DEFAULT '{}',
ADD COLUMN     "totp_enabled_at" TIMESTAMPTZ(3),
ADD COLUMN     "totp_last_step" BIGINT,
ADD COLUMN     "totp_secret" BYTEA,
ALTER COLUMN "password_hash" DROP NOT NULL;

ALTER TABLE "data_source" ADD COLUMN     "priority" INTEGER NOT NULL DEFAULT 100;

CREATE TABLE "plan" (
    "key" TEXT NOT NULL,
    "name" TEXT NOT NULL,
    "position" INTEGER NOT NULL,
    "ranges" TEXT[],
    "base_assets" TEXT[],
    "all_assets" BOOLEAN NOT NULL DEFAULT true,
    "api" BOOLEAN NOT NULL,
    "alert_rules" INTEGER,
    "saved_items" INTEGER,
    "teams" INTEGER,
    "team_members" INTEGER,
    "share_links" INTEGER,
    "updated_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,

    CONSTRAINT "plan_pkey" PRIMARY KEY ("key")
);

CREATE TABLE "user_session" (
    "id" UUID NOT NULL,
    "user_id" UUID NOT NULL,
    "method" TEXT NOT NULL,
    "ip" TEXT NOT NULL,
    "user_agent" TEXT NOT NULL,
    "created_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "last_seen_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "ended_at" TIMESTAMPTZ(3),

    CONSTRAINT "user_session_pkey" PRIMARY KEY ("id")
);

CREATE TABLE "recovery_code" (
    "user_id" UUID NOT NULL,
    "hash" BYTEA NOT NULL,
    "used_at" TIMESTAMPTZ(3),

    CONSTRAINT "recovery_code_pkey" PRIMARY KEY ("user_id","hash")
);

CREATE TABLE "oauth_identity" (
    "provider" TEXT NOT NULL,
    "account_id" TEXT NOT NULL,
    "user_id" UUID NOT NULL,
    "created_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,

    CONSTRAINT "oauth_identity_pkey" PRIMARY KEY ("provider","account_id")
);

CREATE TABLE "one_time_token" (
    "id" UUID NOT NULL,
    "kind" TEXT NOT NULL,
    "hash" BYTEA NOT NULL,
    "user_id" UUID,
    "email" TEXT NOT NULL,
    "details" JSONB NOT NULL DEFAULT '{}',
    "created_by" UUID,
    "created_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "expires_at" TIMESTAMPTZ(3) NOT NULL,
    "used_at" TIMESTAMPTZ(3),

    CONSTRAINT "one_time_token_pkey" PRIMARY KEY ("id")
);

CREATE TABLE "api_key" (
    "id" UUID NOT NULL,
    "user_id" UUID NOT NULL,
    "name" TEXT NOT NULL,
    "prefix" TEXT NOT NULL,
    "hash" BYTEA NOT NULL,
    "scopes" TEXT[],
    "created_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "expires_at" TIMESTAMPTZ(3),
    "last_used_at" TIMESTAMPTZ(3),
    "revoked_at" TIMESTAMPTZ(3),

    CONSTRAINT "api_key_pkey" PRIMARY KEY ("id")
);

CREATE TABLE "installation_setting" (
    "key" TEXT NOT NULL,
    "value" JSONB NOT NULL,
    "updated_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "updated_by" UUID,

    CONSTRAINT "installation_setting_pkey" PRIMARY KEY ("key")
);

CREATE TABLE "audit_event" (
    "id" BIGSERIAL NOT NULL,
    "time" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "actor_id" UUID,
    "actor" TEXT NOT NULL,
    "action" TEXT NOT NULL,
    "target" TEXT NOT NULL,
    "ip" TEXT NOT NULL,
    "allowed" BOOLEAN NOT NULL,
    "details" JSONB NOT NULL DEFAULT '{}',

    CONSTRAINT "audit_event_pkey" PRIMARY KEY ("id")
);

CREATE TABLE "rate_limit" (
    "key" VARCHAR(255) NOT NULL,
    "points" INTEGER NOT NULL DEFAULT 0,
    "expire" BIGINT,

    CONSTRAINT "rate_limit_pkey" PRIMARY KEY ("key")
);

CREATE TABLE "plan_message" (
    "id" TEXT NOT NULL,
    "received_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "user_id" UUID,
    "details" JSONB NOT NULL,

    CONSTRAINT "plan_message_pkey" PRIMARY KEY ("id")
);

CREATE TABLE "source_credential" (
    "data_source_id" INTEGER NOT NULL,
    "name" TEXT NOT NULL,
    "sealed" BYTEA NOT NULL,
    "hint" TEXT NOT NULL,
    "updated_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,

    CONSTRAINT "source_credential_pkey" PRIMARY KEY ("data_source_id","name")
);

CREATE TABLE "backfill_request" (
    "id" UUID NOT NULL,
    "data_source_id" INTEGER NOT NULL,
    "symbol" TEXT NOT NULL,
    "from_time" TIMESTAMPTZ(3) NOT NULL,
    "to_time" TIMESTAMPTZ(3) NOT NULL,
    "state" TEXT NOT NULL DEFAULT 'waiting',
    "progress" DOUBLE PRECISION NOT NULL DEFAULT 0,
    "eta_ms" INTEGER,
    "message" TEXT,
    "requested_by" UUID,
    "created_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "started_at" TIMESTAMPTZ(3),
    "finished_at" TIMESTAMPTZ(3),

    CONSTRAINT "backfill_request_pkey" PRIMARY KEY ("id")
);

CREATE TABLE "team" (
    "id" UUID NOT NULL,
    "name" TEXT NOT NULL,
    "require_second_factor" BOOLEAN NOT NULL DEFAULT false,
    "version" INTEGER NOT NULL DEFAULT 1,
    "created_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,

    CONSTRAINT "team_pkey" PRIMARY KEY ("id")
);

CREATE TABLE "membership" (
    "team_id" UUID NOT NULL,
    "user_id" UUID NOT NULL,
    "role" "team_role" NOT NULL,
    "joined_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,

    CONSTRAINT "membership_pkey" PRIMARY KEY ("team_id","user_id")
);

CREATE TABLE "team_invitation" (
    "id" UUID NOT NULL,
    "team_id" UUID NOT NULL,
    "email" TEXT,
    "role" "team_role" NOT NULL,
    "hash" BYTEA NOT NULL,
    "max_uses" INTEGER NOT NULL DEFAULT 1,
    "uses" INTEGER NOT NULL DEFAULT 0,
    "created_by" UUID,
    "created_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "expires_at" TIMESTAMPTZ(3) NOT NULL,
    "revoked_at" TIMESTAMPTZ(3),

    CONSTRAINT "team_invitation_pkey" PRIMARY KEY ("id")
);

CREATE TABLE "saved_item" (
    "id" UUID NOT NULL,
    "kind" "item_kind" NOT NULL,
    "owner_id" UUID,
    "team_id" UUID,
    "name" TEXT NOT NULL,
    "content" JSONB NOT NULL,
    "version" INTEGER NOT NULL DEFAULT 1,
    "position" DOUBLE PRECISION NOT NULL DEFAULT 0,
    "created_by" UUID,
    "updated_by" UUID,
    "created_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "updated_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,

    CONSTRAINT "saved_item_pkey" PRIMARY KEY ("id")
);

CREATE TABLE "item_version" (
    "item_id" UUID NOT NULL,
    "version" INTEGER NOT NULL,
    "name" TEXT NOT NULL,
    "content" JSONB NOT NULL,
    "saved_by" UUID,
    "saved_at" TIMESTAMPTZ(3) NOT NULL,

    CONSTRAINT "item_version_pkey" PRIMARY KEY ("item_id","version")
);

CREATE TABLE "working_state" (
    "user_id" UUID NOT NULL,
    "state" JSONB NOT NULL,
    "version" INTEGER NOT NULL DEFAULT 1,
    "updated_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,

    CONSTRAINT "working_state_pkey" PRIMARY KEY ("user_id")
);

CREATE TABLE "share_link" (
    "id" UUID NOT NULL,
    "item_id" UUID NOT NULL,
    "hash" BYTEA NOT NULL,
    "hint" TEXT NOT NULL,
    "frozen_at" TIMESTAMPTZ(3),
    "embed" BOOLEAN NOT NULL DEFAULT false,
    "created_by" UUID,
    "created_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "expires_at" TIMESTAMPTZ(3) NOT NULL,
    "revoked_at" TIMESTAMPTZ(3),
    "visits" INTEGER NOT NULL DEFAULT 0,
    "last_visit_at" TIMESTAMPTZ(3),

    CONSTRAINT "share_link_pkey" PRIMARY KEY ("id")
);

CREATE TABLE "comment" (
    "id" UUID NOT NULL,
    "item_id" UUID NOT NULL,
    "author_id" UUID,
    "body" TEXT NOT NULL,
    "created_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "edited_at" TIMESTAMPTZ(3),

    CONSTRAINT "comment_pkey" PRIMARY KEY ("id")
);

CREATE TABLE "activity" (
    "id" BIGSERIAL NOT NULL,
    "team_id" UUID NOT NULL,
    "time" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "actor_id" UUID,
    "actor" TEXT NOT NULL,
    "action" TEXT NOT NULL,
    "target" TEXT NOT NULL,
    "item_id" UUID,

    CONSTRAINT "activity_pkey" PRIMARY KEY ("id")
);

CREATE TABLE "alert_channel" (
    "id" UUID NOT NULL,
    "owner_id" UUID,
    "team_id" UUID,
    "kind" TEXT NOT NULL,
    "name" TEXT NOT NULL,
    "hint" TEXT NOT NULL,
    "sealed" BYTEA NOT NULL,
    "disabled_reason" TEXT,
    "created_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,

    CONSTRAINT "alert_channel_pkey" PRIMARY KEY ("id")
);

CREATE TABLE "alert_rule" (
    "id" UUID NOT NULL,
    "owner_id" UUID,
    "team_id" UUID,
    "name" TEXT NOT NULL,
    "instrument_key" TEXT,
    "condition" JSONB NOT NULL,
    "channel_ids" UUID[],
    "cooldown_minutes" INTEGER NOT NULL,
    "enabled" BOOLEAN NOT NULL DEFAULT true,
    "version" INTEGER NOT NULL DEFAULT 1,
    "created_by" UUID,
    "created_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "updated_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,

    CONSTRAINT "alert_rule_pkey" PRIMARY KEY ("id")
);

CREATE TABLE "alert_state" (
    "rule_id" UUID NOT NULL,
    "instrument_id" INTEGER NOT NULL,
    "rule_version" INTEGER NOT NULL,
    "bucket" TIMESTAMPTZ(3) NOT NULL,
    "armed" BOOLEAN NOT NULL,
    "fired_at" TIMESTAMPTZ(3),
    "value" DOUBLE PRECISION,

    CONSTRAINT "alert_state_pkey" PRIMARY KEY ("rule_id","instrument_id")
);

CREATE TABLE "alert_event" (
    "id" UUID NOT NULL,
    "rule_id" UUID NOT NULL,
    "instrument_id" INTEGER NOT NULL,
    "bucket" TIMESTAMPTZ(3) NOT NULL,
    "title" TEXT NOT NULL,
    "facts" JSONB NOT NULL,
    "test" BOOLEAN NOT NULL DEFAULT false,
    "created_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,

    CONSTRAINT "alert_event_pkey" PRIMARY KEY ("id")
);

CREATE TABLE "inbox_entry" (
    "user_id" UUID NOT NULL,
    "event_id" UUID NOT NULL,
    "created_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "read_at" TIMESTAMPTZ(3),

    CONSTRAINT "inbox_entry_pkey" PRIMARY KEY ("user_id","event_id")
);

CREATE TABLE "delivery" (
    "id" UUID NOT NULL,
    "channel_id" UUID NOT NULL,
    "event_id" UUID,
    "state" TEXT NOT NULL DEFAULT 'queued',
    "attempts" INTEGER NOT NULL DEFAULT 0,
    "message" TEXT,
    "created_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "attempted_at" TIMESTAMPTZ(3),
    "duration_ms" INTEGER,

    CONSTRAINT "delivery_pkey" PRIMARY KEY ("id")
);

CREATE INDEX "user_session_user_id_last_seen_at_idx" ON "user_session"("user_id", "last_seen_at");

CREATE INDEX "oauth_identity_user_id_idx" ON "oauth_identity"("user_id");

CREATE UNIQUE INDEX "one_time_token_hash_key" ON "one_time_token"("hash");

CREATE INDEX "one_time_token_user_id_idx" ON "one_time_token"("user_id");

CREATE INDEX "one_time_token_kind_email_idx" ON "one_time_token"("kind", "email");

CREATE UNIQUE INDEX "api_key_hash_key" ON "api_key"("hash");

CREATE INDEX "api_key_user_id_idx" ON "api_key"("user_id");

CREATE INDEX "audit_event_time_idx" ON "audit_event"("time");

CREATE INDEX "audit_event_actor_id_time_idx" ON "audit_event"("actor_id", "time");

CREATE INDEX "audit_event_action_time_idx" ON "audit_event"("action", "time");

CREATE INDEX "rate_limit_expire_idx" ON "rate_limit"("expire");

CREATE INDEX "backfill_request_data_source_id_created_at_idx" ON "backfill_request"("data_source_id", "created_at");

CREATE INDEX "membership_user_id_idx" ON "membership"("user_id");

CREATE UNIQUE INDEX "team_invitation_hash_key" ON "team_invitation"("hash");

CREATE INDEX "team_invitation_team_id_idx" ON "team_invitation"("team_id");

CREATE INDEX "saved_item_owner_id_kind_position_idx" ON "saved_item"("owner_id", "kind", "position");

CREATE INDEX "saved_item_team_id_kind_position_idx" ON "saved_item"("team_id", "kind", "position");

CREATE UNIQUE INDEX "share_link_hash_key" ON "share_link"("hash");

CREATE INDEX "share_link_item_id_idx" ON "share_link"("item_id");

CREATE INDEX "comment_item_id_created_at_idx" ON "comment"("item_id", "created_at");

CREATE INDEX "activity_team_id_time_idx" ON "activity"("team_id", "time");

CREATE INDEX "alert_channel_owner_id_idx" ON "alert_channel"("owner_id");

CREATE INDEX "alert_channel_team_id_idx" ON "alert_channel"("team_id");

CREATE INDEX "alert_rule_owner_id_idx" ON "alert_rule"("owner_id");

CREATE INDEX "alert_rule_team_id_idx" ON "alert_rule"("team_id");

CREATE INDEX "alert_rule_instrument_key_idx" ON "alert_rule"("instrument_key");

CREATE INDEX "alert_event_created_at_idx" ON "alert_event"("created_at");

CREATE UNIQUE INDEX "alert_event_rule_id_instrument_id_bucket_test_key" ON "alert_event"("rule_id", "instrument_id", "bucket", "test");

CREATE INDEX "inbox_entry_user_id_created_at_idx" ON "inbox_entry"("user_id", "created_at");

CREATE INDEX "delivery_channel_id_created_at_idx" ON "delivery"("channel_id", "created_at");

CREATE UNIQUE INDEX "delivery_event_id_channel_id_key" ON "delivery"("event_id", "channel_id");

-- The two plans that an installation begins with; an administrator changes what they allow.
INSERT INTO "plan" ("key", "name", "position", "ranges", "base_assets", "all_assets", "api", "alert_rules", "saved_items", "teams", "team_members", "share_links") VALUES
    ('free', 'Free', 1, ARRAY['12h', '1d', '3d', '7d'], ARRAY[]::TEXT[], true, false, 5, 50, 3, 10, 10),
    ('pro', 'Pro', 2, ARRAY['12h', '1d', '3d', '7d', '30d', '90d', '1y'], ARRAY[]::TEXT[], true, true, 500, NULL, NULL, NULL, NULL);
-- Who was here before keeps what they had.
UPDATE "app_user" SET "plan_key" = 'pro';

-- Sessions of before named no row of user_session: everybody signs in once more.
UPDATE "app_user" SET "session_version" = "session_version" + 1;

ALTER TABLE "app_user" ADD CONSTRAINT "app_user_settings_check" CHECK (jsonb_typeof("settings") = 'object' AND pg_column_size("settings") < 100000);
ALTER TABLE "plan" ADD CONSTRAINT "plan_limits_check" CHECK (
    "alert_rules" >= 0 AND "saved_items" >= 0 AND "teams" >= 0 AND "team_members" >= 1 AND "share_links" >= 0 AND length("name") BETWEEN 1 AND 60
);
ALTER TABLE "one_time_token" ADD CONSTRAINT "one_time_token_kind_check" CHECK ("kind" IN ('verify_email', 'reset_password', 'change_email', 'invitation'));
ALTER TABLE "team" ADD CONSTRAINT "team_name_check" CHECK (length("name") BETWEEN 1 AND 80);
ALTER TABLE "team_invitation" ADD CONSTRAINT "team_invitation_check" CHECK ("role" <> 'owner' AND "uses" BETWEEN 0 AND "max_uses" AND "max_uses" BETWEEN 1 AND 1000);
ALTER TABLE "saved_item" ADD CONSTRAINT "saved_item_check" CHECK (
    num_nonnulls("owner_id", "team_id") = 1 AND length("name") BETWEEN 1 AND 120 AND jsonb_typeof("content") = 'object'
    AND pg_column_size("content") < 1000000 AND "version" >= 1
);
ALTER TABLE "comment" ADD CONSTRAINT "comment_body_check" CHECK (length("body") BETWEEN 1 AND 4000);
ALTER TABLE "alert_channel" ADD CONSTRAINT "alert_channel_check" CHECK (
    num_nonnulls("owner_id", "team_id") = 1 AND "kind" IN ('email', 'webhook', 'telegram', 'discord') AND length("name") BETWEEN 1 AND 80
);
ALTER TABLE "alert_rule" ADD CONSTRAINT "alert_rule_check" CHECK (
    num_nonnulls("owner_id", "team_id") = 1 AND length("name") BETWEEN 1 AND 120 AND "cooldown_minutes" BETWEEN 0 AND 10080 AND cardinality("channel_ids") <= 20
);
ALTER TABLE "delivery" ADD CONSTRAINT "delivery_state_check" CHECK ("state" IN ('queued', 'retrying', 'sent', 'failed'));
ALTER TABLE "backfill_request" ADD CONSTRAINT "backfill_request_check" CHECK (
    "state" IN ('waiting', 'running', 'done', 'failed', 'cancelled') AND "from_time" < "to_time" AND "progress" BETWEEN 0 AND 1
);
ALTER TABLE "data_source" ADD CONSTRAINT "data_source_priority_check" CHECK ("priority" BETWEEN 0 AND 1000);

ALTER TABLE "app_user" ADD CONSTRAINT "app_user_plan_key_fkey" FOREIGN KEY ("plan_key") REFERENCES "plan"("key") ON DELETE RESTRICT ON UPDATE CASCADE;

ALTER TABLE "user_session" ADD CONSTRAINT "user_session_user_id_fkey" FOREIGN KEY ("user_id") REFERENCES "app_user"("id") ON DELETE CASCADE ON UPDATE CASCADE;

ALTER TABLE "recovery_code" ADD CONSTRAINT "recovery_code_user_id_fkey" FOREIGN KEY ("user_id") REFERENCES "app_user"("id") ON DELETE CASCADE ON UPDATE CASCADE;

ALTER TABLE "oauth_identity" ADD CONSTRAINT "oauth_identity_user_id_fkey" FOREIGN KEY ("user_id") REFERENCES "app_user"("id") ON DELETE CASCADE ON UPDATE CASCADE;

ALTER TABLE "one_time_token" ADD CONSTRAINT "one_time_token_user_id_fkey" FOREIGN KEY ("user_id") REFERENCES "app_user"("id") ON DELETE CASCADE ON UPDATE CASCADE;

ALTER TABLE "api_key" ADD CONSTRAINT "api_key_user_id_fkey" FOREIGN KEY ("user_id") REFERENCES "app_user"("id") ON DELETE CASCADE ON UPDATE CASCADE;

ALTER TABLE "source_credential" ADD CONSTRAINT "source_credential_data_source_id_fkey" FOREIGN KEY ("data_source_id") REFERENCES "data_source"("id") ON DELETE CASCADE ON UPDATE CASCADE;

ALTER TABLE "backfill_request" ADD CONSTRAINT "backfill_request_data_source_id_fkey" FOREIGN KEY ("data_source_id") REFERENCES "data_source"("id") ON DELETE CASCADE ON UPDATE CASCADE;

ALTER TABLE "membership" ADD CONSTRAINT "membership_team_id_fkey" FOREIGN KEY ("team_id") REFERENCES "team"("id") ON DELETE CASCADE ON UPDATE CASCADE;

ALTER TABLE "membership" ADD CONSTRAINT "membership_user_id_fkey" FOREIGN KEY ("user_id") REFERENCES "app_user"("id") ON DELETE CASCADE ON UPDATE CASCADE;

ALTER TABLE "team_invitation" ADD CONSTRAINT "team_invitation_team_id_fkey" FOREIGN KEY ("team_id") REFERENCES "team"("id") ON DELETE CASCADE ON UPDATE CASCADE;

ALTER TABLE "saved_item" ADD CONSTRAINT "saved_item_owner_id_fkey" FOREIGN KEY ("owner_id") REFERENCES "app_user"("id") ON DELETE CASCADE ON UPDATE CASCADE;

ALTER TABLE "saved_item" ADD CONSTRAINT "saved_item_team_id_fkey" FOREIGN KEY ("team_id") REFERENCES "team"("id") ON DELETE CASCADE ON UPDATE CASCADE;

ALTER TABLE "item_version" ADD CONSTRAINT "item_version_item_id_fkey" FOREIGN KEY ("item_id") REFERENCES "saved_item"("id") ON DELETE CASCADE ON UPDATE CASCADE;

ALTER TABLE "working_state" ADD CONSTRAINT "working_state_user_id_fkey" FOREIGN KEY ("user_id") REFERENCES "app_user"("id") ON DELETE CASCADE ON UPDATE CASCADE;

ALTER TABLE "share_link" ADD CONSTRAINT "share_link_item_id_fkey" FOREIGN KEY ("item_id") REFERENCES "saved_item"("id") ON DELETE CASCADE ON UPDATE CASCADE;

ALTER TABLE "comment" ADD CONSTRAINT "comment_item_id_fkey" FOREIGN KEY ("item_id") REFERENCES "saved_item"("id") ON DELETE CASCADE ON UPDATE CASCADE;

ALTER TABLE "activity" ADD CONSTRAINT "activity_team_id_fkey" FOREIGN KEY ("team_id") REFERENCES "team"("id") ON DELETE CASCADE ON UPDATE CASCADE;

ALTER TABLE "alert_channel" ADD CONSTRAINT "alert_channel_owner_id_fkey" FOREIGN KEY ("owner_id") REFERENCES "app_user"("id") ON DELETE CASCADE ON UPDATE CASCADE;

ALTER TABLE "alert_channel" ADD CONSTRAINT "alert_channel_team_id_fkey" FOREIGN KEY ("team_id") REFERENCES "team"("id") ON DELETE CASCADE ON UPDATE CASCADE;

ALTER TABLE "alert_rule" ADD CONSTRAINT "alert_rule_owner_id_fkey" FOREIGN KEY ("owner_id") REFERENCES "app_user"("id") ON DELETE CASCADE ON UPDATE CASCADE;

ALTER TABLE "alert_rule" ADD CONSTRAINT "alert_rule_team_id_fkey" FOREIGN KEY ("team_id") REFERENCES "team"("id") ON DELETE CASCADE ON UPDATE CASCADE;

ALTER TABLE "alert_state" ADD CONSTRAINT "alert_state_rule_id_fkey" FOREIGN KEY ("rule_id") REFERENCES "alert_rule"("id") ON DELETE CASCADE ON UPDATE CASCADE;

ALTER TABLE "alert_state" ADD CONSTRAINT "alert_state_instrument_id_fkey" FOREIGN KEY ("instrument_id") REFERENCES "instrument"("id") ON DELETE CASCADE ON UPDATE CASCADE;

ALTER TABLE "alert_event" ADD CONSTRAINT "alert_event_rule_id_fkey" FOREIGN KEY ("rule_id") REFERENCES "alert_rule"("id") ON DELETE CASCADE ON UPDATE CASCADE;

ALTER TABLE "alert_event" ADD CONSTRAINT "alert_event_instrument_id_fkey" FOREIGN KEY ("instrument_id") REFERENCES "instrument"("id") ON DELETE CASCADE ON UPDATE CASCADE;

ALTER TABLE "inbox_entry" ADD CONSTRAINT "inbox_entry_user_id_fkey" FOREIGN KEY ("user_id") REFERENCES "app_user"("id") ON DELETE CASCADE ON UPDATE CASCADE;

ALTER TABLE "inbox_entry" ADD CONSTRAINT "inbox_entry_event_id_fkey" FOREIGN KEY ("event_id") REFERENCES "alert_event"("id") ON DELETE CASCADE ON UPDATE CASCADE;

ALTER TABLE "delivery" ADD CONSTRAINT "delivery_channel_id_fkey" FOREIGN KEY ("channel_id") REFERENCES "alert_channel"("id") ON DELETE CASCADE ON UPDATE CASCADE;

ALTER TABLE "delivery" ADD CONSTRAINT "delivery_event_id_fkey" FOREIGN KEY ("event_id") REFERENCES "alert_event"("id") ON DELETE CASCADE ON UPDATE CASCADE;

