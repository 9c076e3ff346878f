using Npgsql;

namespace Eden.Checkpoint.Stores.Postgres;

/// <summary>The server's refusal to give a text as UTF-8, because the database's encoding has a character that UTF-8 has not, or the bytes are none of its own.</summary>
internal static class UnreadableText
{
    public static bool IsOne(PostgresException refusal)
        => refusal.SqlState is PostgresErrorCodes.CharacterNotInRepertoire or PostgresErrorCodes.UntranslatableCharacter;

    /// <summary>Says where the text stands. The server's message shows bytes of one character, never a text.</summary>
    /// <param name="refusal">The refusal.</param>
    /// <param name="member">The archive member that the row would go to.</param>
    /// <param name="line">The row's line; <see langword="null"/> when the server looked at all rows before it gave the first.</param>
    public static CheckpointInvalidException In(PostgresException refusal, string member, long? line)
        => new(
            new CheckpointViolation(
                CheckpointRule.Json, member, line, null, null, $"PostgreSQL cannot give the text as UTF-8 ({refusal.SqlState}): {refusal.MessageText}"),
            refusal);
}
