using Eden.Checkpoint.Format.Rows.Grammar;

namespace Eden.Checkpoint.Format.Rows.Fields;

/// <summary>What a field's value must be (§3, §4).</summary>
internal enum ValueRule
{
    /// <summary>Any value but <c>null</c>.</summary>
    Any,

    /// <summary>The field must not be there at all.</summary>
    Forbidden,

    String,

    /// <summary>A string of at least one character.</summary>
    NonEmptyString,

    Number,
    Object,

    /// <summary>The id of a task, idea, variant or event: a string that a store can keep as a key.</summary>
    EntityId,

    /// <summary>An <c>exp_</c> id.</summary>
    ExperimentId,

    /// <summary>The <c>exp_</c> id of the experiment at hand.</summary>
    OwnExperimentId,

    /// <summary>A <c>wkr_</c> id.</summary>
    WorkerId,

    /// <summary>A <c>grp_</c> id.</summary>
    GroupId,

    /// <summary><c>admin</c> or a <c>wkr_</c> id.</summary>
    Actor,

    /// <summary>A <c>wkr_</c> or <c>grp_</c> id.</summary>
    Member,

    Timestamp,
    CommitSha,
    Uri,
    DisplayName,
    Slug,
    WorkBranch,
    EventType,

    /// <summary>One of the field's choices.</summary>
    Choice,

    /// <summary>An array of at least one commit hash.</summary>
    CommitShaList,

    /// <summary>An array of entity ids.</summary>
    EntityIdList,

    /// <summary>An array of distinct <c>wkr_</c> and <c>grp_</c> ids.</summary>
    MemberList,

    /// <summary>An object whose values are strings.</summary>
    StringMap,

    /// <summary>An object whose values are <c>auto</c> or <c>manual</c>, whatever the names.</summary>
    DecisionMap,

    /// <summary>An object that names a worker or a group: <c>kind</c>, and an <c>id</c> of that kind.</summary>
    Target,
}
