"""Messages: an outbox written with the change that causes each, sent by workers, and the texts they are made from."""
