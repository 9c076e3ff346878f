using System.Text;

namespace Eden.Checkpoint.Format.Rows.Fields;

/// <summary>One field that we interpret. Every other field of a record passes as it is.</summary>
internal sealed class RecordField
{
    private RecordField(string name, ValueRule rule, RecordShape? shape)
    {
        Name = name;
        Path = name;
        Utf8Name = Encoding.UTF8.GetBytes(name);
        Rule = rule;
        Shape = shape;
    }

    public string Name { get; }

    /// <summary>Gets the path from the record, for example <c>payload.idea_id</c>.</summary>
    public string Path { get; private set; }

    public byte[] Utf8Name { get; }

    public ValueRule Rule { get; }

    /// <summary>Gets the fields inside the value, when it is an object that we look into.</summary>
    public RecordShape? Shape { get; }

    public byte[][] Choices { get; private init; } = [];

    public bool IsRequired { get; private init; }

    /// <summary>Gets a value indicating whether <c>null</c> is as good as a value.</summary>
    public bool MayBeNull { get; private init; }

    /// <summary>Gets a value indicating whether the field is only collected: another field says what it must be.</summary>
    public bool IsConditional { get; private init; }

    /// <summary>Gets where the scanner puts the value.</summary>
    public int Slot { get; private set; } = -1;

    public static RecordField Required(string name, ValueRule rule) => new(name, rule, null) { IsRequired = true };

    public static RecordField Optional(string name, ValueRule rule) => new(name, rule, null);

    public static RecordField Conditional(string name, ValueRule rule) => new(name, rule, null) { IsConditional = true };

    public static RecordField RequiredChoice(string name, params string[] choices)
        => new(name, ValueRule.Choice, null) { IsRequired = true, Choices = Utf8(choices) };

    public static RecordField OptionalChoice(string name, params string[] choices)
        => new(name, ValueRule.Choice, null) { Choices = Utf8(choices) };

    public static RecordField ConditionalChoice(string name, params string[] choices)
        => new(name, ValueRule.Choice, null) { IsConditional = true, Choices = Utf8(choices) };

    public static RecordField RequiredObject(string name, params RecordField[] fields)
        => new(name, ValueRule.Object, new RecordShape(fields)) { IsRequired = true };

    public static RecordField OptionalObject(string name, params RecordField[] fields)
        => new(name, ValueRule.Object, new RecordShape(fields));

    public static RecordField NullableObject(string name, params RecordField[] fields)
        => new(name, ValueRule.Object, new RecordShape(fields)) { MayBeNull = true };

    public static RecordField ConditionalObject(string name, params RecordField[] fields)
        => new(name, ValueRule.Object, new RecordShape(fields)) { IsConditional = true };

    /// <summary>Makes a target: the worker or the group that something is meant for (§4).</summary>
    public static RecordField OptionalTarget(string name) => new(name, ValueRule.Target, TargetShape());

    public static RecordField ConditionalNullableTarget(string name)
        => new(name, ValueRule.Target, TargetShape()) { IsConditional = true, MayBeNull = true };

    /// <summary>Gives the field its place in a record. Called once, while the record's shape is built.</summary>
    public int Place(string? parent, int slot)
    {
        Path = parent is null ? Name : $"{parent}.{Name}";
        Slot = slot++;
        return Shape?.Place(Path, slot) ?? slot;
    }

    private static RecordShape TargetShape() => new(RequiredChoice("kind", "worker", "group"), Required("id", ValueRule.Member));

    private static byte[][] Utf8(string[] choices) => Array.ConvertAll(choices, Encoding.UTF8.GetBytes);
}
