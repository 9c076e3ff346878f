namespace Eden.Checkpoint.Tests.Kit;

/// <summary>What a <see cref="GitHttpRemote"/> does wrong.</summary>
public enum GitHttpFault
{
    None,

    /// <summary>Answers 500 to everything.</summary>
    ServerError,

    /// <summary>Answers 401 to everything, whatever the credentials.</summary>
    Unauthorized,

    /// <summary>Closes the connection in the middle of the pack.</summary>
    CloseMidPack,

    /// <summary>Sends the beginning of the pack, then nothing, until the client goes away.</summary>
    StallMidPack,

    /// <summary>Flips a bit in the middle of the pack.</summary>
    FlipMidPack,

    /// <summary>Accepts requests and never answers, until the client goes away.</summary>
    Hang,

    /// <summary>Redirects everything to the target that the remote is told.</summary>
    Redirect,

    /// <summary>Answers 200 with a web page.</summary>
    WebPage,
}
