namespace Eden.Checkpoint.Git.Repositories;

/// <summary>Where an object is: a pack by its number and the rank in it, or, with the number after the last pack, the loose objects and
/// the place in their list. Sorts like the packs on disk.</summary>
internal readonly record struct ObjectLocation(int Source, int Rank) : IComparable<ObjectLocation>
{
    public int CompareTo(ObjectLocation other) => Source != other.Source ? Source.CompareTo(other.Source) : Rank.CompareTo(other.Rank);

    public static bool operator <(ObjectLocation left, ObjectLocation right) => left.CompareTo(right) < 0;

    public static bool operator >(ObjectLocation left, ObjectLocation right) => left.CompareTo(right) > 0;

    public static bool operator <=(ObjectLocation left, ObjectLocation right) => left.CompareTo(right) <= 0;

    public static bool operator >=(ObjectLocation left, ObjectLocation right) => left.CompareTo(right) >= 0;
}
