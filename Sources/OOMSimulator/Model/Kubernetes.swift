/// What the kubelet makes of the pods of a node. Nothing of it is the kernel's: it sets the limits, the groups and
/// the `oom_score_adj` that the kernel then decides by, and it evicts pods by a rule of its own.
///
/// What a scenario can say of it is here, what follows from it in the folder of the same name, where every file is named
/// after the function of Kubernetes that it follows.
package enum Kubernetes {}
