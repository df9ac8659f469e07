-- Indexes that nothing reads any more, since totals are kept by day: each save wrote to them for nothing.
DROP INDEX promise_due;
DROP INDEX callback_due;
DROP INDEX callback_ended;
