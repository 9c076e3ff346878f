namespace Eden.Checkpoint;

/// <summary>A setting of the database or of the connection keeps this library from reading or writing what is right. Nothing was changed.</summary>
/// <remarks>Most settings do not matter: each transaction sets what it depends on for itself. This is for those that it cannot set.</remarks>
public sealed class PostgresSettingException : CheckpointException
{
    /// <summary>Creates the failure.</summary>
    /// <param name="setting">The setting's name, as PostgreSQL or the connection string calls it.</param>
    /// <param name="value">The value found.</param>
    /// <param name="message">What is wrong with it and what to do, without credentials.</param>
    public PostgresSettingException(string setting, string? value, string message)
        : base(CheckpointProblem.Internal, message)
    {
        ArgumentException.ThrowIfNullOrEmpty(setting);
        Setting = setting;
        Value = value;
    }

    /// <summary>Gets the setting's name, for example <c>server_encoding</c>.</summary>
    public string Setting { get; }

    /// <summary>Gets the value found; <see langword="null"/> when there is none to show.</summary>
    public string? Value { get; }
}
