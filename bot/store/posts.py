"""Messages of ours in Slack, as the port `Posts`."""

from sqlalchemy import Connection, or_, select

from bot.store import mapping
from bot.store.tables import posts
from bot.store.upsert import insert
from workflows.ports import Post


class StoredPosts:
    """`workflows.ports.Posts`."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def get(self, thing: str, place: str) -> Post | None:
        row = self._connection.execute(select(posts).where(posts.c.thing == thing, posts.c.place == place)).mappings().first()
        return mapping.post_of(row) if row else None

    def of(self, thing: str) -> list[Post]:
        every = select(posts).where(posts.c.thing == thing).order_by(posts.c.place)
        return [mapping.post_of(row) for row in self._connection.execute(every).mappings()]

    def at(self, channel: str, ts: str) -> list[Post]:
        here = select(posts).where(posts.c.channel == channel, posts.c.ts == ts).order_by(posts.c.thing, posts.c.place)
        return [mapping.post_of(row) for row in self._connection.execute(here).mappings()]

    def about(self, subject: str) -> list[Post]:
        named = or_(
            posts.c.thing.endswith(f":{subject}", autoescape=True), posts.c.thing.contains(f":{subject}/", autoescape=True)
        )
        every = select(posts).where(named).order_by(posts.c.thing, posts.c.place)
        return [mapping.post_of(row) for row in self._connection.execute(every).mappings()]

    def put(self, post: Post) -> None:
        row = mapping.post_row(post)
        where = {"channel": post.channel, "ts": post.ts, "digest": post.digest}
        new = insert(self._connection.dialect.name, posts).values(row)
        self._connection.execute(new.on_conflict_do_update(index_elements=[posts.c.thing, posts.c.place], set_=where))
