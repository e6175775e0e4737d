-- The live score: what became of every map that was frozen, and what its scorer has to remember.
CREATE TABLE "score_outcome" (
    "instrument_id" INTEGER NOT NULL,
    "model_version" TEXT NOT NULL,
    "horizon_ms" INTEGER NOT NULL,
    "frozen_at" TIMESTAMPTZ(3) NOT NULL,
    "live" BOOLEAN NOT NULL,
    "covered" BOOLEAN NOT NULL,
    "events" INTEGER NOT NULL,
    "unplaced" INTEGER NOT NULL,
    "usd" DOUBLE PRECISION NOT NULL,
    "predicted_usd" DOUBLE PRECISION NOT NULL,
    "gains" JSONB NOT NULL,
    "forecasts" JSONB NOT NULL,

    CONSTRAINT "score_outcome_pkey" PRIMARY KEY ("instrument_id","model_version","horizon_ms","frozen_at"),
    CONSTRAINT "score_outcome_horizon_ms_check" CHECK ("horizon_ms" > 0),
    CONSTRAINT "score_outcome_amounts_check" CHECK (
        "events" >= 0 AND "unplaced" >= 0 AND "usd" >= 0 AND "usd" < 'Infinity' AND "predicted_usd" >= 0 AND "predicted_usd" < 'Infinity'
    ),
    CONSTRAINT "score_outcome_shape_check" CHECK (jsonb_typeof("gains") = 'object' AND jsonb_typeof("forecasts") = 'array')
);

CREATE TABLE "score_state" (
    "instrument_id" INTEGER NOT NULL,
    "model_version" TEXT NOT NULL,
    "scored_to" TIMESTAMPTZ(3) NOT NULL,
    "waiting" JSONB NOT NULL,
    "state" BYTEA NOT NULL,

    CONSTRAINT "score_state_pkey" PRIMARY KEY ("instrument_id"),
    CONSTRAINT "score_state_waiting_check" CHECK (jsonb_typeof("waiting") = 'array')
);

ALTER TABLE "score_outcome" ADD CONSTRAINT "score_outcome_instrument_id_fkey" FOREIGN KEY ("instrument_id") REFERENCES "instrument"("id") ON DELETE CASCADE ON UPDATE CASCADE;

ALTER TABLE "score_state" ADD CONSTRAINT "score_state_instrument_id_fkey" FOREIGN KEY ("instrument_id") REFERENCES "instrument"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- An outcome is never rewritten: a score that could be improved afterwards would be none.
GRANT SELECT, INSERT ON score_outcome TO faultline_app;
GRANT SELECT, INSERT, UPDATE ON score_state TO faultline_app;
