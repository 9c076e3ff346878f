namespace Eden.Shared;

/// <summary>Checks the values that options are given. Each failure is an <see cref="ArgumentException"/> for the parameter <c>value</c>, as a property has it.</summary>
internal static class OptionValue
{
    /// <summary>Returns a number that is in its range.</summary>
    /// <exception cref="ArgumentOutOfRangeException">It is not.</exception>
    public static int Within(int value, long least, long most) => (int)Within((long)value, least, most);

    /// <inheritdoc cref="Within(int, long, long)"/>
    public static long Within(long value, long least, long most)
        => value >= least && value <= most ? value
            : throw new ArgumentOutOfRangeException(nameof(value), value, $"The limit may be {least} to {most}.");

    /// <summary>Returns a member of an enum.</summary>
    /// <exception cref="ArgumentOutOfRangeException">The enum has no such member.</exception>
    public static T Defined<T>(T value)
        where T : struct, Enum
        => Enum.IsDefined(value) ? value
            : throw new ArgumentOutOfRangeException(nameof(value), value, $"{typeof(T).Name} is one of {string.Join(", ", Enum.GetNames<T>())}.");
}
