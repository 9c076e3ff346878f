namespace Eden.Git.Repositories;

/// <summary>Where an object is: a pack by its number and the rank in it, or, with the number after the last pack, the loose objects and
/// the place in their list. Sorts like the packs on disk.</summary>
internal readonly record struct ObjectLocation(int Source, int Rank) : IComparable<ObjectLocation>
{
    /// <summary>Gets the location as one number, which sorts alike and much quicker.</summary>
    public long Key => ((long)Source << 32) | (uint)Rank;

    public static ObjectLocation FromKey(long key) => new((int)(key >> 32), unchecked((int)key));

    public int CompareTo(ObjectLocation other) => Source != other.Source ? Source.CompareTo(other.Source) : Rank.CompareTo(other.Rank);

    public static bool operator <(ObjectLocation left, ObjectLocation right) => left.CompareTo(right) < 0;

    public static bool operator >(ObjectLocation left, ObjectLocation right) => left.CompareTo(right) > 0;

    public static bool operator <=(ObjectLocation left, ObjectLocation right) => left.CompareTo(right) <= 0;

    public static bool operator >=(ObjectLocation left, ObjectLocation right) => left.CompareTo(right) >= 0;
}
