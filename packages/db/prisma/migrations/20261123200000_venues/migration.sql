-- Venues that publish the mark price at which a position was liquidated.
ALTER TYPE "price_kind" ADD VALUE 'trigger';
