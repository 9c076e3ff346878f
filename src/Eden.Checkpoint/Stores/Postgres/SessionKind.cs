using System.Data;

namespace Eden.Checkpoint.Stores.Postgres;

/// <summary>What a transaction of this library is for.</summary>
/// <param name="Isolation">Its isolation level, whatever the role's default is.</param>
/// <param name="IsReadOnly">Whether it only reads. One that writes leaves a read-only default as it is: PostgreSQL then refuses, which somebody wanted.</param>
internal sealed record SessionKind(IsolationLevel Isolation, bool IsReadOnly)
{
    /// <summary>Reads the store at one instant.</summary>
    public static SessionKind Snapshot { get; } = new(IsolationLevel.RepeatableRead, IsReadOnly: true);

    /// <summary>Reads one row.</summary>
    public static SessionKind LookUp { get; } = new(IsolationLevel.ReadCommitted, IsReadOnly: true);

    /// <summary>Makes tables. Each statement must see what was committed before it, also what was committed while it waited for a lock.</summary>
    public static SessionKind Schema { get; } = new(IsolationLevel.ReadCommitted, IsReadOnly: false);

    /// <summary>Writes the rows of an import.</summary>
    public static SessionKind Import { get; } = new(IsolationLevel.Serializable, IsReadOnly: false);
}
