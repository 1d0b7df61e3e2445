// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.37;

/// What the TokenMessenger of V2 asks of its transmitter.
interface IMessageTransmitterV2 {
    function sendMessage(
        uint32 destinationDomain,
        bytes32 recipient,
        bytes32 destinationCaller,
        uint32 minFinalityThreshold,
        bytes calldata messageBody
    ) external;
}
